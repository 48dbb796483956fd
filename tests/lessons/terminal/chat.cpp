#include "chat.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <system_error>

#include "support/catch.hpp"

namespace prise::testing {
namespace {

bool can_be_read(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, 20'000) == 1;
}

net::Listener listen_anywhere() {
  return net::Listener(net::Address::ipv4("127.0.0.1", 0));
}

net::Stream connect_to(std::uint16_t port) {
  return net::Stream::connect(net::Address::ipv4("127.0.0.1", port));
}

std::uint16_t port_in(const std::string& output) {
  const std::string before = "Port : ";
  const std::size_t at = output.find(before);
  REQUIRE(at != std::string::npos);
  return static_cast<std::uint16_t>(std::stoul(output.substr(at + before.size())));
}

constexpr const char* ready = "Chat prêt ! (tapez 'quit' pour quitter)";

}  // namespace

std::string Side::program() const {
  return std::string(PRISE_LESSONS) + "/" + lesson + (role == Role::server ? "/server" : "/client");
}

const std::vector<Side>& sides() {
  static const std::vector<Side> all{
      {"09_chat_half_duplex", Role::server, "Le client a quitté le chat."},
      {"09_chat_half_duplex", Role::client, "Le serveur a quitté le chat."},
      {"10_chat_full_duplex", Role::server, "Le client s'est déconnecté."},
      {"10_chat_full_duplex", Role::client, "Le serveur a quitté le chat."}};
  return all;
}

TerminalChat::TerminalChat(const Side& the_side, Size size) : side(the_side) {
  if (side.role == Role::server) {
    terminal_.emplace(std::vector<std::string>{side.program(), "--port", "0"}, size);
    REQUIRE(terminal_->shows("En attente d'un client..."));
    peer = connect_to(port_in(terminal_->screen()));
  } else {
    listener = listen_anywhere();
    terminal_.emplace(std::vector<std::string>{side.program(), "--port",
                                               std::to_string(listener->address().port())},
                      size);
    REQUIRE(can_be_read(listener->fd()));
    peer = listener->accept();
  }
  REQUIRE(terminal_->shows("pour quitter)"));
  if (!side.takes_turns())
    REQUIRE(terminal_->edits());  // without a prompt, the screen does not say
}

void TerminalChat::reach_prompt() {
  if (!side.takes_turns()) return;
  if (side.role == Role::server) peer->send_all("Bonjour");
  REQUIRE(terminal_->ends_with("Vous :"));  // the screen's rows come without their last spaces
}

void TerminalChat::reach_waiting() {
  if (!side.takes_turns() || side.role == Role::server) return;
  reach_prompt();
  terminal_->type("Bonjour");
  terminal_->press("Enter");
  REQUIRE(hear(*peer) == "Bonjour");
}

void TerminalChat::expect_end(const std::string& last_lines) {
  const int status = terminal_->status();
  const std::string screen = terminal_->screen();
  CAPTURE(screen);
  CHECK(status == 0);
  CHECK(screen.ends_with(last_lines));
  CHECK(terminal_->is_as_before());
}

PipeChat::PipeChat(const Side& the_side) : side(the_side) {
  Command command;
  command.program = side.program();
  const Deadline deadline = within(Seconds(20));
  if (side.role == Role::server) {
    command.arguments = {"--port", "0"};
    process.emplace(command);
    REQUIRE(process->wait_for("En attente d'un client...\n", deadline));
    peer = connect_to(port_in(process->output()));
  } else {
    listener = listen_anywhere();
    command.arguments = {"--port", std::to_string(listener->address().port())};
    process.emplace(command);
    REQUIRE(can_be_read(listener->fd()));
    peer = listener->accept();
  }
  REQUIRE(process->wait_for(std::string(ready) + "\n\n", deadline));
}

void PipeChat::expect_end(const std::string& last_lines) {
  const std::optional<Ending> ending = process->wait(within(Seconds(20)));
  CAPTURE(process->output());
  REQUIRE(ending);
  CHECK(ending->clean());
  CHECK(process->output().ends_with(last_lines));
}

std::string hear(net::Stream& peer) {
  return can_be_read(peer.fd()) ? peer.receive_some(4096) : "(rien)";
}

std::string hear_all(net::Stream& peer) {
  std::string all;
  while (true) {
    const std::string some = hear(peer);
    all += some;
    if (some.empty() || some == "(rien)") return all;
  }
}

void reset(net::Stream& peer) {
  const linger at_once{1, 0};
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  peer.close();
}

}  // namespace prise::testing
