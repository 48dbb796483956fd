// libwebsockets' echo, as its examples write one: what came is queued for its connection, which
// asks to be told when it can be written to, and is then written as long as the kernel takes it.
#include <libwebsockets.h>

#include <deque>
#include <new>
#include <stdexcept>
#include <string>

#include "options.hpp"

namespace {

// lws_write() puts the frame's head into LWS_PRE bytes before the payload.
struct Session {
  std::string coming = std::string(LWS_PRE, '\0');
  std::deque<std::string> waiting;
  lws_write_protocol kind = LWS_WRITE_BINARY;
};

void receive(lws* wsi, Session& session, const char* bytes, std::size_t count) {
  session.coming.append(bytes, count);
  const bool whole = lws_remaining_packet_payload(wsi) == 0 && lws_is_final_fragment(wsi) != 0;
  if (!whole) return;
  session.kind = lws_frame_is_binary(wsi) != 0 ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
  session.waiting.push_back(std::move(session.coming));
  session.coming.assign(LWS_PRE, '\0');
  lws_callback_on_writable(wsi);
}

int write(lws* wsi, Session& session) {
  while (!session.waiting.empty() && lws_send_pipe_choked(wsi) == 0) {
    std::string& message = session.waiting.front();
    auto* payload = reinterpret_cast<unsigned char*>(message.data()) + LWS_PRE;
    if (lws_write(wsi, payload, message.size() - LWS_PRE, session.kind) < 0) return -1;
    session.waiting.pop_front();
  }
  if (!session.waiting.empty()) lws_callback_on_writable(wsi);
  return 0;
}

int on_event(lws* wsi, lws_callback_reasons reason, void* user, void* bytes, std::size_t count) {
  auto* session = static_cast<Session*>(user);
  if (reason == LWS_CALLBACK_ESTABLISHED) new (session) Session;
  if (reason == LWS_CALLBACK_CLOSED) session->~Session();
  if (reason == LWS_CALLBACK_RECEIVE) receive(wsi, *session, static_cast<char*>(bytes), count);
  return reason == LWS_CALLBACK_SERVER_WRITEABLE ? write(wsi, *session) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = prise::parse_options(argc, argv, {.port = 8765});
  lws_set_log_level(LLL_ERR, nullptr);
  const lws_protocols protocols[] = {{"echo", on_event, sizeof(Session), 64 * 1024, 0, nullptr, 0},
                                     {}};
  lws_context_creation_info wishes{};
  wishes.port = options.port;
  wishes.iface = options.host == "localhost" ? "127.0.0.1" : options.host.c_str();
  wishes.protocols = protocols;
  wishes.pt_serv_buf_size = 512 * 1024;  // what every recv fills, as ours
  wishes.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  lws_context* context = lws_create_context(&wishes);
  lws_vhost* host = context != nullptr ? lws_create_vhost(context, &wishes) : nullptr;
  if (host == nullptr) throw std::runtime_error("lws_create_vhost");
  prise::say_chosen_port(options, static_cast<std::uint16_t>(lws_get_vhost_listen_port(host)));
  while (lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
}
