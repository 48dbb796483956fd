#include "drivers/asio_stream.hpp"

#include <array>
#include <system_error>

namespace prise::drivers {
namespace {

// What a peer, or the way to it, can do to us at any time: see tcp(7), ERRORS.
bool peer_is_gone(const asio::error_code& error) {
  namespace e = asio::error;
  for (const auto& gone :
       {asio::error_code(e::eof), asio::error_code(e::connection_reset),
        asio::error_code(e::broken_pipe), asio::error_code(e::timed_out),
        asio::error_code(e::host_unreachable), asio::error_code(e::network_unreachable),
        asio::error_code(e::network_down), asio::error_code(e::not_connected),
        asio::error_code(e::connection_aborted)})
    if (error == gone) return true;
  return false;
}

Trial outcome_of(std::size_t bytes, const asio::error_code& error, const char* call) {
  if (!error) return {Tried::some, bytes};
  if (error == asio::error::would_block || error == asio::error::interrupted)
    return {Tried::not_now};
  if (peer_is_gone(error)) return {Tried::ended};
  throw std::system_error(system_code(error), call);
}

class PlainStream : public AsioStream {
public:
  explicit PlainStream(asio::ip::tcp::socket socket) : socket_{std::move(socket)} {
    asio::error_code ignored;                                    // it fails where it means nothing
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);  // we gather small messages
    socket_.non_blocking(true);
  }

  Trial try_receive(websocket::MutableBytes buffer) override {
    asio::error_code error;
    const std::size_t bytes = socket_.receive(asio::buffer(buffer.data(), buffer.size()), 0, error);
    return outcome_of(bytes, error, "recv");
  }

  Trial try_send(const websocket::Output& output) override {
    std::array<asio::const_buffer, websocket::Output::pieces_max> pieces;
    for (std::size_t i = 0; i < output.size(); ++i)
      pieces[i] = asio::const_buffer(output[i].data(), output[i].size());
    asio::error_code error;
    const std::size_t bytes = output.size() == 1 ? socket_.send(asio::buffer(pieces[0]), 0, error)
                                                 : socket_.send(pieces, 0, error);
    return outcome_of(bytes, error, "sendmsg");
  }

  void shut_down_sending() override {
    asio::error_code error;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    if (error && !peer_is_gone(error)) throw std::system_error(system_code(error), "shutdown");
  }

  asio::ip::tcp::socket& socket() override { return socket_; }

private:
  asio::ip::tcp::socket socket_;
};

}  // namespace

std::unique_ptr<AsioStream> plain_stream(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace prise::drivers
