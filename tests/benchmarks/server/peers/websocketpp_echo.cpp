// websocketpp's echo on asio, as its examples write it.
#define ASIO_STANDALONE
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

#include "options.hpp"

int main(int argc, char** argv) {
  using Server = websocketpp::server<websocketpp::config::asio>;
  prise::Defaults defaults;
  defaults.port = 8765;
  const auto options = prise::parse_options(argc, argv, defaults);
  Server server;
  server.clear_access_channels(websocketpp::log::alevel::all);
  server.clear_error_channels(websocketpp::log::elevel::all);
  server.init_asio();
  server.set_reuse_addr(true);
  server.set_tcp_post_init_handler([&server](websocketpp::connection_hdl client) {
    server.get_con_from_hdl(client)->get_raw_socket().set_option(asio::ip::tcp::no_delay(true));
  });
  server.set_message_handler(
      [&server](websocketpp::connection_hdl client, Server::message_ptr message) {
        server.send(client, message->get_payload(), message->get_opcode());
      });
  server.listen(asio::ip::make_address(options.host), options.port);
  server.start_accept();
  asio::error_code ignored;
  prise::say_chosen_port(options, server.get_local_endpoint(ignored).port());
  server.run();
}
