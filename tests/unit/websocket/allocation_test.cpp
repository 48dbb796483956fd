// Counts what a connection takes from the heap: its own program, because it replaces operator new.
#include <atomic>
#include <cstdlib>
#include <new>

#include "support/catch.hpp"
#include "unit/websocket/replay.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t count) {
  ++allocations;
  if (void* memory = std::malloc(count)) return memory;
  throw std::bad_alloc{};
}
void* operator new(std::size_t count, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(count);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

// Echoes what `wire` holds, as a driver would, and returns how many allocations that took.
std::size_t allocations_to_echo(Connection& connection, Buffer& wire, const Buffer& original) {
  std::copy(original.begin(), original.end(), wire.begin());
  const std::size_t before = allocations;
  connection.receive(wire);
  while (const auto event = connection.next_event())
    if (const auto* text = std::get_if<Text>(&*event)) connection.send_text(text->text);
  while (connection.output_bytes() > 0) {
    std::size_t count = 0;
    for (const Bytes piece : connection.output())
      count += piece.size();
    connection.wrote(count);
  }
  return allocations - before;
}

}  // namespace

TEST_CASE("small messages are echoed without a single allocation", "[design]") {
  const bool pooled = GENERATE(false, true);
  const Role role = GENERATE(Role::server, Role::client);
  BufferPool pool;
  Config config = test_config();
  if (pooled) config.buffers = &pool;
  Connection connection = opened(role, config);
  // Ten texts, one in fragments, and a ping.
  Buffer original;
  FrameHead head{Opcode::text,
                 Fin::last,
                 Compressed::no,
                 role == Role::server,
                 role == Role::server ? mask_key : MaskKey{},
                 0};
  for (int i = 0; i < 10; ++i)
    append_frame(original, head, bytes_of("a small message"));
  head.fin = Fin::more;
  append_frame(original, head, bytes_of("in "));
  head.opcode = Opcode::continuation;
  head.fin = Fin::last;
  append_frame(original, head, bytes_of("fragments"));
  head.opcode = Opcode::ping;
  append_frame(original, head, bytes_of("ping"));

  Buffer wire = original;
  allocations_to_echo(connection, wire, original);  // the first time, buffers are made
  for (int round = 0; round < 100; ++round)
    REQUIRE(allocations_to_echo(connection, wire, original) == 0);
}
