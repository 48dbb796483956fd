// Every program of the lessons in one table, so that each of them meets each bad day. A lesson that
// lands adds its rows; a test sees to it that none is forgotten.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prise::testing {

enum class Role {
  tcp_server,
  tcp_client,
  udp_server,
  udp_client,
  alone,  // talks to itself; binds its port all the same
  tool,   // talks to nobody: no --host, no --port
};

struct Row {
  std::string program;  // "02_tcp_message/server"
  Role role;
  std::vector<std::string> arguments = {};
  // What stands before a text that its peer sends, when it shows one.
  std::string shown_before = {};
  std::string_view text_ends_with = {};  // what the peer must add to its text
  std::string_view typed = {};           // what its user must type before it listens
  bool serves_on = false;                // takes one client after another
  bool takes_turns = false;              // having received, it waits for its user
};

inline const std::vector<Row>& program_table() {
  static const std::vector<Row> rows{
      {"01_tcp_connect/server", Role::tcp_server},
      {"01_tcp_connect/client", Role::tcp_client},
      {"02_tcp_message/server", Role::tcp_server, {}, "Message reçu : "},
      {"02_tcp_message/client", Role::tcp_client},
      {"02_tcp_message/welcome_server", Role::tcp_server},
      {"02_tcp_message/welcome_client", Role::tcp_client, {}, "Message reçu : "},
      {"03_tcp_echo/server", Role::tcp_server, {}, "Reçu : "},
      {"03_tcp_echo/client", Role::tcp_client, {}, "Réponse du serveur : "},
      {.program = "03_tcp_echo/echo_server", .role = Role::tcp_server, .serves_on = true},
      {"03_tcp_echo/echo_client", Role::tcp_client},
      {"04_addresses/server", Role::tcp_server},
      {"04_addresses/client", Role::tcp_client},
      {"05_udp_echo/server", Role::udp_server, {}, ") : "},
      {"05_udp_echo/client", Role::udp_client, {"--timeout", "20"}, "Réponse : "},
      {.program = "05_udp_echo/echo_server",
       .role = Role::udp_server,
       .shown_before = ") : ",
       .serves_on = true},
      {.program = "05_udp_echo/lossy_relay", .role = Role::udp_server, .serves_on = true},
      {"05_udp_echo/truncation", Role::alone},
      {"06_buffer_size/server", Role::tcp_server, {"--buffer", "1024"}, "Chunk 1 : "},
      {"06_buffer_size/client", Role::tcp_client},
      {"06_buffer_size/measure", Role::alone, {"--mebibytes", "1"}},
      {"07_receive_all/server", Role::tcp_server},
      {"07_receive_all/client", Role::tcp_client, {}, "Réponse du serveur : "},
      {"08_message_framing/server", Role::tcp_server, {}, "Message 1 : ", "\n"},
      {"08_message_framing/naive_server", Role::tcp_server, {}, "Message 1 : "},
      {"08_message_framing/client", Role::tcp_client},
      {"09_chat_half_duplex/part1_server", Role::tcp_server},
      {"09_chat_half_duplex/part1_client", Role::tcp_client},
      {.program = "09_chat_half_duplex/server",
       .role = Role::tcp_server,
       .shown_before = "Client : ",
       .takes_turns = true},
      {.program = "09_chat_half_duplex/client",
       .role = Role::tcp_client,
       .shown_before = "Serveur : ",
       .typed = "Bonjour\n",
       .takes_turns = true},
      {"10_chat_full_duplex/server", Role::tcp_server, {}, "Client : "},
      {"10_chat_full_duplex/client", Role::tcp_client, {}, "Serveur : "},
      {.program = "11_threaded_server/server",
       .role = Role::tcp_server,
       .shown_before = ") : ",
       .serves_on = true},
      {"11_threaded_server/client", Role::tcp_client, {}, "Serveur : "},
      {.program = "12_chat_room/server",
       .role = Role::tcp_server,
       .shown_before = ") : ",
       .serves_on = true},
      {"12_chat_room/client", Role::tcp_client, {}, "Message reçu : "},
      {.program = "13_event_loop/server",
       .role = Role::tcp_server,
       .shown_before = ") : ",
       .serves_on = true},
      {.program = "13_event_loop/client",
       .role = Role::tcp_client,
       .shown_before = "Message reçu : "},
      {"13_event_loop/measure", Role::alone, {"--clients", "10"}},
      {.program = "14_http_polling/server", .role = Role::tcp_server, .serves_on = true},
      {"14_http_polling/client", Role::tcp_client},
      {"14_http_polling/compare", Role::tcp_client},
      {.program = "15_ws_handshake/server", .role = Role::tcp_server, .serves_on = true},
      {"15_ws_handshake/client", Role::tcp_client},
      {"16_ws_frames/server", Role::tcp_server},
      {"16_ws_frames/client", Role::tcp_client},
      {"16_ws_frames/frames", Role::tool},
      {.program = "17_ws_echo/server", .role = Role::tcp_server, .serves_on = true},
      {"17_ws_echo/client", Role::tcp_client},
      {.program = "17_ws_echo/once_server", .role = Role::tcp_server, .serves_on = true},
      {.program = "17_ws_echo/echo_server", .role = Role::tcp_server, .serves_on = true},
      {"17_ws_echo/echo_client", Role::tcp_client},
      {.program = "18_ws_asio/server", .role = Role::tcp_server, .serves_on = true},
      {"18_ws_asio/client", Role::tcp_client},
      {"18_ws_asio/consumer", Role::tcp_client},
      {"18_ws_asio/producer", Role::tcp_client},
      {.program = "18_ws_asio/both", .role = Role::tcp_server, .serves_on = true},
      {.program = "18_ws_asio/echo_server", .role = Role::tcp_server, .serves_on = true},
      {.program = "19_ws_chat/server", .role = Role::tcp_server, .serves_on = true},
      {"19_ws_chat/client", Role::tcp_client},
      {.program = "19_ws_chat/broadcast_server", .role = Role::tcp_server, .serves_on = true},
      {"19_ws_chat/broadcast_client", Role::tcp_client},
      {"19_ws_chat/pitfall_scheme", Role::tcp_client},
      {"19_ws_chat/pitfall_set", Role::tool},
      {"19_ws_chat/pitfall_cleanup", Role::alone},
      {.program = "20_wss_tls/server", .role = Role::tcp_server, .serves_on = true},
      {"20_wss_tls/client", Role::tcp_client},
      {.program = "21_ws_compression/server", .role = Role::tcp_server, .serves_on = true},
      {"21_ws_compression/client", Role::tcp_client},
      {"21_ws_compression/bomb", Role::tcp_client},
      {"21_ws_compression/measure", Role::alone, {"--messages", "1"}},
  };
  return rows;
}

inline bool is_server(const Row& row) {
  return row.role == Role::tcp_server || row.role == Role::udp_server;
}
inline bool is_client(const Row& row) {
  return row.role == Role::tcp_client || row.role == Role::udp_client;
}
inline bool is_udp(const Row& row) {
  return row.role == Role::udp_server || row.role == Role::udp_client ||
         row.program == "05_udp_echo/truncation";
}

}  // namespace prise::testing
