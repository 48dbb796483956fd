#include "typing.hpp"

#include <unistd.h>

#include <asio/post.hpp>
#include <cerrno>
#include <memory>
#include <system_error>

#include "console.hpp"

namespace prise::chat {

Typing::Typing(asio::io_context& loop, Typed typed)
    : loop_{loop}, typed_{std::make_shared<Typed>(std::move(typed))} {
  if (::pipe(wake_.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  thread_ = std::thread([this] { wait_for_lines(); });
}

Typing::~Typing() {
  const char byte = 'q';
  [[maybe_unused]] const auto written = ::write(wake_[1], &byte, 1);
  thread_.join();
  for (const int end : wake_)
    ::close(end);
}

void Typing::wait_for_lines() {
  const auto tell = [this](std::optional<std::string> line) {
    asio::post(loop_, [weak = std::weak_ptr(typed_), line = std::move(line)] {
      if (const auto typed = weak.lock()) (*typed)(line);
    });
  };
  for (;;) {
    Answer answer = ask("", wake_[0]);
    if (!answer) break;
    tell(std::move(answer.line));
  }
  tell(std::nullopt);
}

}  // namespace prise::chat
