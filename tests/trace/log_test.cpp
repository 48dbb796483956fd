#include "capture/log.hpp"

#include <sstream>

#include "logs.hpp"
#include "merge/descriptors.hpp"
#include "merge/follow.hpp"
#include "merge/transfer.hpp"
#include "support/catch.hpp"

using namespace prise::trace;

TEST_CASE("a call has its name, its arguments, its result and its time") {
  const Log log = LogWriter(42)
                      .call(10.5,
                            "sendto(3<TCP:[127.0.0.1:5000->127.0.0.1:9999]>, " +
                                in_hex("a, b) = 1") + ", 9, MSG_NOSIGNAL, NULL, 0) = 9",
                            0.25)
                      .log();
  REQUIRE(log.calls.size() == 1);
  const Call& call = log.calls[0];
  CHECK(call.thread == 42);
  CHECK(call.name == "sendto");
  REQUIRE(call.arguments.size() == 6);
  CHECK(bytes_of_string(call.argument(1)) == "a, b) = 1");
  CHECK(annotation_of(call.argument(0)) == "TCP:[127.0.0.1:5000->127.0.0.1:9999]");
  CHECK(call.argument(3) == "MSG_NOSIGNAL");
  CHECK(call.argument(6).empty());
  CHECK(call.value() == 9);
  CHECK(call.error().empty());
  CHECK(call.began == 10.5);
  CHECK(call.ended == 10.75);
}

TEST_CASE("a call that other threads interrupted in the log is put together again") {
  const Log log =
      LogWriter(7)
          .line(1.0, "recvfrom(4<TCP:[127.0.0.1:9999->127.0.0.1:5000]>,  <unfinished ...>")
          .by(8)
          .call(1.5, "close(5<TCP:[77]>) = 0")
          .by(7)
          .call(2.0, "<... recvfrom resumed>" + in_hex("ok") + ", 10, 0, NULL, NULL) = 2", 1.0)
          .log();
  REQUIRE(log.calls.size() == 2);
  CHECK(log.calls[0].name == "recvfrom");  // it began first
  CHECK(log.calls[0].thread == 7);
  CHECK(log.calls[0].value() == 2);
  CHECK(log.calls[0].began == 1.0);
  CHECK(log.calls[0].ended == 2.0);
  CHECK(bytes_of_string(log.calls[0].argument(1)) == "ok");
  CHECK(log.calls[1].name == "close");
}

TEST_CASE("a call that never came back is known as such") {
  const Log log = LogWriter(7)
                      .line(1.0, "accept(3<TCP:[127.0.0.1:9999]>,  <unfinished ...>")
                      .line(3.0, "+++ killed by SIGINT +++")
                      .log();
  REQUIRE(log.calls.size() == 1);
  CHECK(log.calls[0].name == "accept");
  CHECK_FALSE(log.calls[0].finished);
  CHECK_FALSE(log.calls[0].value());
  REQUIRE(log.occurrences.size() == 1);
  CHECK(log.occurrences[0].kind == Occurrence::Kind::killed);
  CHECK(log.occurrences[0].name == "SIGINT");
}

TEST_CASE("failures are told by their names, and what the kernel restarts too") {
  const Log log = LogWriter(1)
                      .call(1, "connect(3<TCP:[9]>, " + ipv4(9998) +
                                   ", 16) = -1 ECONNREFUSED (Connection refused)")
                      .call(2,
                            "accept(3<TCP:[9]>, 0x7ffd, [16]) = ? ERESTARTSYS (To be restarted if "
                            "SA_RESTART is set)")
                      .line(3, "--- SIGINT {si_signo=SIGINT, si_code=SI_USER} ---")
                      .log();
  REQUIRE(log.calls.size() == 2);
  CHECK(log.calls[0].error() == "ECONNREFUSED");
  CHECK_FALSE(log.calls[0].value());
  CHECK(log.calls[1].error() == "ERESTARTSYS");
  REQUIRE(log.occurrences.size() == 1);
  CHECK(log.occurrences[0].kind == Occurrence::Kind::signal);
  CHECK(log.occurrences[0].name == "SIGINT");
}

TEST_CASE("a stack belongs to the call above it") {
  const Log log = LogWriter(1)
                      .call(1, "close(3<TCP:[9]>) = 0")
                      .raw(" > /lib/libc.so.6(close+0x10) [0x10ab]")
                      .raw(" > /there/server(prise::net::Socket::~Socket()+0x2a) [0x89e9b]")
                      .raw(" > unexpected_backtracing_error [0x7ffc2e361940]")
                      .line(2, "+++ exited with 0 +++")
                      .raw(" > /lib/libc.so.6(nothing+0x10) [0x1]")
                      .log();
  REQUIRE(log.calls.size() == 1);
  REQUIRE(log.calls[0].stack.size() == 3);
  CHECK(log.calls[0].stack[0].function == "close");
  CHECK(log.calls[0].stack[1].binary == "/there/server");
  CHECK(log.calls[0].stack[1].function == "prise::net::Socket::~Socket()");
  CHECK(log.calls[0].stack[1].address == 0x89e9b);
}

TEST_CASE("lines that are no calls are left out") {
  std::istringstream text(
      "\n > \nstrace: Process 12 attached\n12 1.5 ???\n12 1.6\nx(y) = 0\n"
      "12 1.7 close(3) = 0 <0.1>\n12 1.8 <... recvfrom resumed>) = 0 <0.1>\n");
  const Log log = parse_log(text);
  REQUIRE(log.calls.size() == 1);
  CHECK(log.calls[0].name == "close");
}

TEST_CASE("structures and lists are taken apart at their own commas only") {
  CHECK(field("{msg_name=NULL, msg_iov=[{iov_base=\"\", iov_len=5}], msg_flags=0}", "msg_iov") ==
        "[{iov_base=\"\", iov_len=5}]");
  CHECK(items_of("[{fd=5<TCP:[1.1.1.1:1->2.2.2.2:2]>, events=POLLIN}, {fd=3, events=POLLIN}]")
            .size() == 2);
  CHECK(items_of("[128 => 16]").size() == 1);
  CHECK(items_of("[]").empty());
}

TEST_CASE("addresses are read from every way strace writes them") {
  CHECK(address_of(ipv4(9999)) == "127.0.0.1:9999");
  const std::string ipv6 =
      "{sa_family=AF_INET6, sin6_port=htons(9999), sin6_flowinfo=htonl(0), "
      "inet_pton(AF_INET6, " +
      in_hex("::1") + ", &sin6_addr), sin6_scope_id=0}";
  CHECK(address_of(ipv6) == "[::1]:9999");
  const std::string mapped =
      "{sa_family=AF_INET6, sin6_port=htons(9999), sin6_flowinfo=htonl(0), "
      "inet_pton(AF_INET6, " +
      in_hex("::ffff:10.0.0.1") + ", &sin6_addr), sin6_scope_id=0}";
  CHECK(address_of(mapped) == "10.0.0.1:9999");
  CHECK(address_of("NULL").empty());
}

TEST_CASE("the bytes of several buffers are one text") {
  Step step;
  step.call =
      LogWriter(1)
          .call(1, "sendmsg(3<TCP:[9]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=" +
                       in_hex("Bon") + ", iov_len=3}, {iov_base=" + in_hex("jour") +
                       ", iov_len=4}], msg_iovlen=2, msg_controllen=0, msg_flags=0}, "
                       "MSG_NOSIGNAL) = 5")
          .log()
          .calls.at(0);
  read_transfer(step);
  CHECK(step.direction == Direction::out);
  CHECK(step.count == 5);
  CHECK(step.data == "Bonjo");  // the kernel took no more
}
