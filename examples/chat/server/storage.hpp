// Where messages are kept: one small interface. SQLite (sqlite.hpp) and memory (memory.hpp) are
// behind it; another, over a network, may take its time, and so each answer is awaited.
#pragma once

#include <asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "message.hpp"

namespace prise::chat {

// The rooms come in the order of their creation. What fails is an outcome, and is logged by the
// storage: one line when it begins to fail, one when it works again.
class Storage {
public:
  virtual ~Storage() = default;

  // Which history this is: another text, other ids.
  virtual std::string history_id() const = 0;
  virtual asio::awaitable<std::vector<StoredRoom>> rooms() = 0;

  // False: the room is not saved.
  virtual asio::awaitable<bool> add_room(std::string name) = 0;

  // The message's id. Once it is known, the message is there, even if we are killed. Nothing: it is
  // not saved.
  virtual asio::awaitable<std::optional<Id>> append(std::string room, Message message) = 0;

  // At most `window.limit` messages and about limits::history_text_bytes of text, at least one
  // message if there is one. Nothing: they cannot be read.
  virtual asio::awaitable<std::optional<Page>> page(std::string room, Window window) = 0;

  virtual bool is_failing() const = 0;
  // To be called once a second. If it fails, and then works again, rooms() may have more of them.
  virtual asio::awaitable<void> try_again() = 0;
};

}  // namespace prise::chat
