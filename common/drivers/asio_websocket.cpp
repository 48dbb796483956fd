#include "drivers/asio_websocket.hpp"

#include "drivers/asio_connection.hpp"

namespace prise::drivers::coroutines {

WebSocket::WebSocket(std::shared_ptr<AsioConnection> connection)
    : connection_{std::move(connection)} {
  connection_->start();
}

WebSocket::WebSocket(WebSocket&&) noexcept = default;

WebSocket& WebSocket::operator=(WebSocket&& other) noexcept {
  std::swap(connection_, other.connection_);
  return *this;
}

WebSocket::~WebSocket() {
  if (connection_) connection_->hang_up();
}

asio::awaitable<bool> WebSocket::shake_hands() {
  co_await connection_->shake_hands();
  co_return is_open();
}

asio::awaitable<std::optional<Message>> WebSocket::receive() {
  return connection_->receive();
}

asio::awaitable<bool> WebSocket::send_text(std::string_view text, Leave leave) {
  return connection_->send(websocket::Opcode::text, text, leave);
}

asio::awaitable<bool> WebSocket::send_binary(std::string_view bytes, Leave leave) {
  return connection_->send(websocket::Opcode::binary, bytes, leave);
}

asio::awaitable<bool> WebSocket::send_ping(std::string_view payload) {
  return connection_->send(websocket::Opcode::ping, payload, Leave::now);
}

bool WebSocket::offer_text(std::string_view text) {
  if (!is_open() || connection_->is_full()) return false;
  connection_->leave_with_this_turn();
  return connection_->protocol.send_text(text);
}

bool WebSocket::offer_prepared(std::shared_ptr<const websocket::PreparedFrame> frame) {
  if (!is_open() || connection_->is_full()) return false;
  connection_->leave_with_this_turn();
  return connection_->protocol.send_prepared(std::move(frame));
}

void WebSocket::offer_close(websocket::CloseCode code, std::string_view reason) {
  connection_->offer_close(code, reason);
}

void WebSocket::watch(websocket::FrameWatcher* watcher) {
  connection_->protocol.watch(watcher);
}

std::size_t WebSocket::queued_bytes() const {
  return connection_->protocol.output_bytes();
}

asio::awaitable<Ending> WebSocket::close(websocket::CloseCode code, std::string_view reason) {
  co_await connection_->close(code, reason);
  co_return *connection_->ending;
}

void WebSocket::hang_up() {
  connection_->hang_up();
}

std::chrono::steady_clock::time_point WebSocket::last_heard() const {
  return connection_->last_heard();
}

bool WebSocket::is_open() const {
  return connection_->is_open();
}

const std::optional<Ending>& WebSocket::closed() const {
  return connection_->ending;
}

const net::Address& WebSocket::peer() const {
  return connection_->peer;
}

const std::string& WebSocket::path() const {
  return connection_->path;
}

const std::string& WebSocket::subprotocol() const {
  return connection_->protocol.subprotocol();
}

const Traffic& WebSocket::traffic() const {
  return connection_->traffic;
}

}  // namespace prise::drivers::coroutines
