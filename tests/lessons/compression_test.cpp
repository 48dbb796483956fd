// Lesson 21: what its figures must show whatever zlib's version, every pair of terms, and servers
// that answer what was not offered, or send what does not decompress.
#include <sstream>

#include "lessons/started_program.hpp"
#include "net/stream.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/deflate.hpp"
#include "protocol/websocket/frame.hpp"
#include "support/loopback.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

class Server {
public:
  explicit Server(std::vector<std::string> options = {})
      : process_(command(std::move(options))), port_(port_said_by(process_)) {}
  ~Server() { check_killable(process_); }

  Finished client(std::vector<std::string> options = {}) const {
    return run("21_ws_compression/client", std::move(options));
  }
  Finished bomb() const { return run("21_ws_compression/bomb", {}); }

private:
  static Command command(std::vector<std::string> options) {
    options.insert(options.end(), {"--port", "0"});
    return command_of({"21_ws_compression/server", Role::tcp_server}, options);
  }
  Finished run(const std::string& program, std::vector<std::string> options) const {
    options.insert(options.begin(), {"--port", std::to_string(port_)});
    return run_to_the_end({program, Role::tcp_client}, options);
  }

  Process process_;
  std::uint16_t port_;
};

// The lines of the client's table, each with what follows its name.
struct Sizes {
  int octets = 0, rsv1 = 0, sent = 0, received = 0;
};

Sizes sizes_of(const std::string& output, const std::string& name) {
  const std::size_t at = output.find("\n" + name + "  ");
  INFO(output);
  REQUIRE(at != output.npos);
  std::istringstream line(output.substr(at + 1 + name.size()));
  Sizes sizes;
  line >> sizes.octets >> sizes.rsv1 >> sizes.sent >> sizes.received;
  REQUIRE(line);
  return sizes;
}

// What the lesson's client makes of a server that answers this offer, and this first message.
Finished client_of(const std::string& extensions, const std::string& reply,
                   websocket::Compressed compressed, std::vector<std::string> options = {}) {
  net::Listener listener(loopback());
  options.insert(options.begin(), {"--port", std::to_string(listener.address().port())});
  Process client(command_of({"21_ws_compression/client", Role::tcp_client}, options));
  net::Stream stream = listener.accept();
  std::string request;
  while (request.find("\r\n\r\n") == request.npos)
    request += stream.receive_some(4096);
  const auto parse = protocol::parse_request_head(request);
  const auto key = protocol::field_value(parse.head.fields, "Sec-WebSocket-Key");
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket::accept_key(key) + "\r\n";
  if (!extensions.empty()) response += "Sec-WebSocket-Extensions: " + extensions + "\r\n";
  std::vector<std::byte> bytes;
  websocket::FrameHead head;
  head.opcode = websocket::Opcode::binary;
  head.compressed = compressed;
  websocket::append_frame(bytes, head, websocket::bytes_of(reply));
  stream.send_all(response + "\r\n" + std::string(websocket::text_of(bytes)));
  stream.shutdown_sending();
  check_ended_decently(client);
  return {client.output(), *client.wait(within(patience))};
}

}  // namespace

TEST_CASE("the second message leans on the first where the context is kept", "[compression]") {
  const Server server;
  for (const bool kept : {true, false}) {
    const auto finished = kept ? server.client() : server.client({"--no-context-takeover"});
    CHECK(finished.ending.clean());
    const Sizes first = sizes_of(finished.output, "Une prose");
    const Sizes second = sizes_of(finished.output, "La même, encore");
    const Sizes random = sizes_of(finished.output, "Octets au hasard");
    const Sizes word = sizes_of(finished.output, "Un mot");
    CHECK(first.sent < first.octets * 7 / 10);
    CHECK((kept ? second.sent < first.sent / 10 : second.sent == first.sent));
    CHECK(random.sent > random.octets);
    CHECK(word.sent == word.octets);
    CHECK(first.rsv1 + second.rsv1 + random.rsv1 + word.rsv1 == 3);
    // By hand one way, by common/ the other.
    for (const Sizes& sizes : {first, second, random, word})
      CHECK(sizes.sent == sizes.received);
    CHECK(finished.output.find("n'est pas l'écho") == std::string::npos);
  }
}

TEST_CASE("every pair of terms works", "[compression]") {
  for (const std::string server_bits : {"8", "9", "12", "15"}) {
    for (const bool fresh : {false, true}) {
      std::vector<std::string> wishes{"--bits", server_bits};
      if (fresh) wishes.push_back("--no-context-takeover");
      const Server server(wishes);
      for (const std::string bits : {"8", "9", "11", "15"}) {
        const auto finished = server.client({"--server-bits", bits, "--client-bits", bits});
        INFO(server_bits << " and " << bits << "\n" << finished.output);
        CHECK(finished.ending.clean());
        CHECK(finished.output.find("n'est pas l'écho") == std::string::npos);
      }
      CHECK(server.client({"--no-deflate"}).ending.clean());
    }
  }
}

TEST_CASE("a bomb is refused, and the next client is served", "[compression]") {
  const Server server;
  for (int i = 0; i < 2; ++i) {
    const auto finished = server.bomb();
    CHECK(finished.ending.clean());
    CHECK(finished.output.ends_with("Le serveur ferme, code 1009.\n"));
    CHECK(server.client().ending.clean());
  }
  const Server unable({"--no-deflate"});
  const auto finished = unable.bomb();
  CHECK(finished.ending.clean());
  CHECK(finished.output.starts_with("Ce serveur ne décompresse rien"));
}

TEST_CASE("the client refuses an answer that its offer did not allow",
          "[compression][rfc7692][7.1]") {
  const std::string deflate = "permessage-deflate";
  for (const std::string answer :
       {"permessage-bzip2", "permessage-deflate; mode=9",
        "permessage-deflate; server_max_window_bits", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate, permessage-deflate"}) {
    INFO(answer);
    const auto finished = client_of(answer, "x", websocket::Compressed::no);
    CHECK(finished.ending.status == 1);
    CHECK(finished.output.find("cette réponse accorde ce qui n'était pas offert") !=
          std::string::npos);
  }
  for (const std::string option : {"--no-context-takeover", "--no-deflate"}) {
    const auto finished = client_of(deflate, "x", websocket::Compressed::no, {option});
    CHECK(finished.output.find("n'était pas offert") != std::string::npos);
  }
  const auto finished = client_of(deflate, "x", websocket::Compressed::no, {"--server-bits", "14"});
  CHECK(finished.output.find("n'était pas offert") != std::string::npos);
}

TEST_CASE("the client refuses what does not decompress, or becomes too much", "[compression]") {
  const std::vector<std::byte> zeros(8 << 20);
  websocket::Deflater deflater(15, websocket::Takeover::keep, {});
  const std::string bomb(websocket::text_of(deflater.deflate(zeros)));
  for (const std::string& reply : {std::string("\xff\xff\xff\xff"), bomb}) {
    const auto finished = client_of("permessage-deflate", reply, websocket::Compressed::yes);
    CHECK(finished.ending.status == 1);
    CHECK(finished.output.ends_with("Erreur : la réponse ne se décompresse pas.\n"));
  }
  const auto finished = client_of("", "Bonjour", websocket::Compressed::yes);
  CHECK(finished.output.ends_with("Erreur : la réponse ne se décompresse pas.\n"));
}
