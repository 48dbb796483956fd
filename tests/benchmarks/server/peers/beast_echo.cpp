// Boost.Beast's echo, as its documentation writes an asynchronous server: read a message, write it,
// again.
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <memory>

#include "options.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
public:
  explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

  void start() {
    stream_.read_message_max(16 << 20);
    stream_.auto_fragment(false);  // a message goes back in one frame, as all the others do it
    stream_.async_accept([self = shared_from_this()](beast::error_code error) {
      if (!error) self->read();
    });
  }

private:
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->write();
    });
  }

  void write() {
    stream_.binary(stream_.got_binary());
    stream_.async_write(buffer_.data(),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) return;
                          self->buffer_.clear();
                          self->read();
                        });
  }

  beast::websocket::stream<tcp::socket> stream_;
  beast::flat_buffer buffer_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](beast::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket))->start();
    }
    accept(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = prise::parse_options(argc, argv, {.port = 8765});
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {asio::ip::make_address(options.host), options.port});
  prise::say_chosen_port(options, acceptor.local_endpoint().port());
  accept(acceptor);
  loop.run();
}
