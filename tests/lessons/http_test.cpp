// Lesson 14's server with clients that are not its own: Python's, and those that mean no good. And
// its client with Python's server.
#include <poll.h>

#include <thread>

#include "lessons/started_program.hpp"
#include "net/stream.hpp"
#include "protocol/http_head.hpp"
#include "support/loopback.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

const std::string good = "GET /price HTTP/1.1\r\nHost: nous\r\n\r\n";
const std::string last = "GET /price HTTP/1.1\r\nHost: nous\r\nConnection: close\r\n\r\n";

// The prices of the first minute: one.
class Server {
public:
  explicit Server(const std::string& patience_seconds = "10")
      : process_(command_of({"14_http_polling/server", Role::tcp_server},
                            {"--port", "0", "--period", "60000", "--patience", patience_seconds})),
        port_(port_said_by(process_)) {}
  ~Server() { check_killable(process_); }

  std::uint16_t port() const { return port_; }
  Process& process() { return process_; }
  net::Stream connect() const {
    return net::Stream::connect(net::Address::ipv4("127.0.0.1", port_));
  }
  // All that it answers, until it closes.
  std::string answer_to(const std::string& bytes) const {
    net::Stream client = connect();
    client.send_all(bytes);
    return client.receive_all(1 << 20).value_or("");
  }

private:
  Process process_;
  std::uint16_t port_;
};

int status_of(const std::string& answer) {
  REQUIRE(answer.starts_with("HTTP/1.1 "));
  return std::stoi(answer.substr(9, 3));
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

std::string receive_until(net::Stream& stream, const std::string& part) {
  std::string received;
  while (received.find(part) == received.npos) {
    const std::string some = stream.receive_some(4096);
    if (some.empty()) break;
    received += some;
  }
  return received;
}

std::string head_of(std::size_t bytes) {
  const std::string begin = "GET /price HTTP/1.1\r\nHost: nous\r\nConnection: close\r\nX: ";
  return begin + std::string(bytes - begin.size() - 4, 'x') + "\r\n\r\n";
}

struct Asked {
  std::string request;
  int status;
};

const std::vector<Asked>& asked() {
  const std::string host = "Host: nous\r\n";
  static const std::vector<Asked> all{
      {last, 200},
      {"GET / HTTP/1.0\r\n\r\n", 200},
      {"GET /price HTTP/1.1\r\nhOST:nous\r\nCONNECTION:  Close \r\n\r\n", 200},
      {"GET /nulle/part HTTP/1.0\r\n\r\n", 404},
      {"GET /price?after=moi HTTP/1.0\r\n\r\n", 404},
      {"GET /price?after=-1 HTTP/1.0\r\n\r\n", 404},
      {"GET /price?after=99999999999999999999 HTTP/1.0\r\n\r\n", 404},
      {"GET /../../etc/passwd HTTP/1.0\r\n\r\n", 404},
      {"POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", 405},
      {"DANSE / HTTP/1.0\r\n\r\n", 405},
      {"\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET / HTTP/1.1 \r\n" + host + "\r\n", 400},
      {"GET / http/1.1\r\n" + host + "\r\n", 400},
      {"GET / HTTP/11\r\n" + host + "\r\n", 400},
      {"G(T / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /\t HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET / HTTP/1.1\n" + host + "\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "X: a" + std::string(1, '\0') + "b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "X : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "sans deux-points\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 1x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
      {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: x\r\nContent-Length: 1\r\n\r\n", 400},
      {head_of(8192), 200},
      {head_of(8193), 431},
  };
  return all;
}

// A program in Python, to its end.
std::string run_python(const std::string& script, const std::vector<std::string>& arguments) {
  Command command;
  command.program = PRISE_PYTHON;
  command.arguments = {"-c", script};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  const auto finished = run(command, patience);
  REQUIRE(finished.has_value());
  INFO(finished->output);
  CHECK(finished->ending.clean());
  return finished->output;
}

}  // namespace

TEST_CASE("each request has its status, whole, byte by byte, and after another", "[http]") {
  Server server;
  for (const Asked& one : asked()) {
    INFO(one.request.substr(0, 300));
    CHECK(status_of(server.answer_to(one.request)) == one.status);

    const std::string both = server.answer_to(good + one.request);
    CHECK(status_of(both) == 200);
    const std::string second = both.substr(both.find("HTTP/1.1 ", 9));
    CHECK(status_of(second) == one.status);

    if (one.request.size() > 1000) continue;
    net::Stream client = server.connect();
    try {
      for (const char byte : one.request)
        client.send_all(std::string_view(&byte, 1));
    } catch (const std::system_error&) {  // refused before the end
    }
    CHECK(status_of(client.receive_all(1 << 20).value_or("")) == one.status);
  }
}

TEST_CASE("the head that the lesson reads is the head that the course keeps", "[http]") {
  for (const Asked& one : asked()) {
    INFO(one.request.substr(0, 300));
    const auto parse = protocol::parse_request_head(one.request, {.head_bytes_max = 8192});
    using Outcome = decltype(parse.outcome);
    // What lesson 14 refuses beyond the head's form: Host, lengths, the address, the method.
    if (parse.outcome == Outcome::broken) CHECK(protocol::status_of(parse.fault) == one.status);
    if (one.status == 431 || one.status == 505) CHECK(parse.outcome == Outcome::broken);
    if (one.status == 200) CHECK(parse.outcome == Outcome::value);
  }
}

TEST_CASE("fifty requests in one send have fifty answers, in order", "[http]") {
  Server server;
  std::string requests;
  for (int i = 0; i < 25; ++i)
    requests += good + "GET /non HTTP/1.1\r\nHost: nous\r\n\r\n";
  const std::string answers = server.answer_to(requests + last);
  CHECK(count_of(answers, "HTTP/1.1 200 OK\r\n") == 26);
  CHECK(count_of(answers, "HTTP/1.1 404 Not Found\r\n") == 25);
  CHECK(answers.find("404") > answers.find("200"));
}

TEST_CASE("a body is not taken for the next request", "[http]") {
  Server server;
  const std::string smuggled = "GET /non HTTP/1.1\r\nHost: nous\r\n\r\n";
  const std::string answers = server.answer_to(
      "GET /price HTTP/1.1\r\nHost: nous\r\nContent-Length: " + std::to_string(smuggled.size()) +
      "\r\n\r\n" + smuggled + last);
  CHECK(count_of(answers, "HTTP/1.1 200 OK\r\n") == 2);
  CHECK(count_of(answers, "HTTP/1.1 404 Not Found\r\n") == 0);
}

TEST_CASE("HEAD is answered by the head alone", "[http]") {
  Server server;
  const std::string answer = server.answer_to("HEAD /price HTTP/1.0\r\n\r\n");
  CHECK(answer.ends_with("\r\n\r\n"));
  CHECK(count_of(answer, "Content-Length: 23\r\n") == 1);
}

TEST_CASE("an endless head is refused, and the answer is not lost", "[http]") {
  Server server;
  net::Stream client = server.connect();
  client.send_all("GET / HTTP/1.1\r\nX: ");
  std::jthread sender([&client] {
    try {
      for (int i = 0; i < 256; ++i)
        client.send_all(std::string(4096, 'x'));
    } catch (const std::system_error&) {
    }
  });
  CHECK(receive_until(client, "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  ::shutdown(client.fd(), SHUT_RDWR);
}

TEST_CASE("half a request is refused with 408 in time, and silence ended without a word",
          "[http]") {
  Server server("1");
  net::Stream silent = server.connect();
  CHECK(status_of(server.answer_to("GET /price HTTP/1.1\r\nHost: no")) == 408);
  CHECK(silent.receive_all(4096) == "");
}

TEST_CASE("a hundred clients are served at once, and the next one when a place is free", "[http]") {
  Server server("60");
  std::vector<net::Stream> served;
  for (int i = 0; i < 100; ++i) {
    served.push_back(server.connect());
    served.back().send_all(good);
    REQUIRE(receive_until(served.back(), "\r\n\r\n").starts_with("HTTP/1.1 200 "));
  }
  net::Stream next = server.connect();
  next.send_all(last);
  pollfd watched{next.fd(), POLLIN, 0};
  CHECK(::poll(&watched, 1, 200) == 0);
  served.pop_back();
  CHECK(status_of(next.receive_all(4096).value_or("")) == 200);
}

TEST_CASE("who leaves while the server keeps a question harms nobody", "[http]") {
  Server server;
  for (int i = 0; i < 20; ++i) {
    net::Stream client = server.connect();
    client.send_all("GET /price?after=1 HTTP/1.1\r\nHost: nous\r\n\r\n");
    if (i % 2 == 0) reset(client);
  }
  CHECK(status_of(server.answer_to(last)) == 200);
}

TEST_CASE("what came with the handshake is not lost, even after a request", "[http]") {
  Server server;
  net::Stream client = server.connect();
  const std::string upgrade =
      "GET /push HTTP/1.1\r\nHost: nous\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  const std::string ping("\x89\x82\0\0\0\0ab", 8), close("\x88\x80\0\0\0\0", 6);
  client.send_all(good + upgrade + ping + close);
  const std::string answers = client.receive_all(4096).value_or("");
  CHECK(status_of(answers) == 200);
  CHECK(count_of(answers, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 1);  // RFC 6455 section 1.3
  CHECK(count_of(answers,
                 "\x8A\x02"
                 "ab") == 1);
  CHECK(answers.ends_with(std::string("\x88\0", 2)));
}

TEST_CASE("prices are the same for the same seed, and others for another", "[http]") {
  const auto first_price = [](const std::string& seed) {
    Process server(command_of({"14_http_polling/server", Role::tcp_server},
                              {"--port", "0", "--period", "60000", "--seed", seed}));
    const auto address = net::Address::ipv4("127.0.0.1", port_said_by(server));
    net::Stream client = net::Stream::connect(address);
    client.send_all(last);
    const std::string answer = client.receive_all(4096).value_or("");
    check_killable(server);
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    return body.substr(0, body.rfind(' '));
  };
  CHECK(first_price("14") == first_price("14"));
  CHECK(first_price("14") != first_price("15"));
}

TEST_CASE("Python's client keeps its connection, and is answered each time", "[http][python]") {
  Server server;
  const std::string output = run_python(R"(
import http.client, sys
c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]))
for path in ['/price', '/price?after=0', '/non', '/']:
    c.request('GET', path); r = c.getresponse(); b = r.read()
    print(r.status, len(b) == int(r.getheader('Content-Length')))
c.request('POST', '/price', body=b'abc'); r = c.getresponse(); r.read()
print(r.status, r.getheader('Allow'))
c.request('GET', '/price', body='été'.encode()); r = c.getresponse()
print(r.status, r.read().split()[0].decode())
)",
                                        {std::to_string(server.port())});
  CHECK(output == "200 True\n200 True\n404 True\n200 True\n405 GET, HEAD\n200 1\n");
}

TEST_CASE("the lesson's client shows what Python's server answers", "[http][python]") {
  Command command;
  command.program = PRISE_PYTHON;
  command.arguments = {"-u", "-c", R"(
import http.server
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write('Bonjour, été'.encode())
    def log_message(self, *a): pass
s = http.server.HTTPServer(('127.0.0.1', 0), H)
print('Port :', s.server_address[1]); s.handle_request()
)"};
  Process server(command);
  const auto finished = run_to_the_end({"14_http_polling/client", Role::tcp_client},
                                       {"--port", std::to_string(port_said_by(server))});
  CHECK(finished.ending.clean());
  CHECK(finished.output.find("< HTTP/1.0 200 OK\n") != std::string::npos);
  CHECK(finished.output.ends_with("<\nBonjour, été\n"));
  CHECK(server.wait(within(patience)).has_value());
}
