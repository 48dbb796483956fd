// 64-byte masked binary frames in a buffer of 64 KiB, found and unmasked one by one: with our frame
// API and with a whole Connection (events, limits, state), beside wslay's frame API.
#include <benchmark/benchmark.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>

#include "benchmarks/core_benchmark.hpp"
#include "protocol/websocket/connection.hpp"

namespace prise::benchmarks {
namespace {

using namespace websocket;

constexpr std::size_t buffer_bytes = 65536;
constexpr std::size_t payload_bytes = 64;

// A key of zeros: the bytes stay as they are, however often they are unmasked in place.
Buffer masked_frames() {
  FrameHead head;
  head.opcode = Opcode::binary;
  head.masked = true;
  const Buffer payload(payload_bytes, std::byte{'x'});
  Buffer frames;
  while (frames.size() + payload_bytes + 6 <= buffer_bytes)
    append_frame(frames, head, payload);
  return frames;
}

std::int64_t frame_count(const Buffer& frames) {
  return static_cast<std::int64_t>(frames.size() / (payload_bytes + 6));
}

void with_frame_api(benchmark::State& state) {
  Buffer frames = masked_frames();
  for (auto _ : state) {
    MutableBytes rest{frames};
    while (!rest.empty()) {
      const auto parse = parse_frame_head(rest, Role::server);
      if (parse.outcome != FrameHeadParse::Outcome::value) break;
      const auto payload =
          rest.subspan(parse.head_bytes, static_cast<std::size_t>(parse.head.payload_bytes));
      apply_mask(payload, parse.head.key);
      benchmark::DoNotOptimize(payload.data());
      rest = rest.subspan(parse.head_bytes + payload.size());
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * frame_count(frames));
}

void with_connection(benchmark::State& state) {
  Config config;
  Connection connection = Connection::server(config);
  const std::string request =
      upgrade_request({"a", "/", {}, {}}, config, "AQIDBAUGBwgJCgsMDQ4PEA==");
  Buffer head(request.size());
  std::memcpy(head.data(), request.data(), request.size());
  connection.receive(head);
  while (connection.next_event())
    continue;

  Buffer frames = masked_frames();
  for (auto _ : state) {
    connection.receive(frames);
    while (const auto event = connection.next_event())
      benchmark::DoNotOptimize(&*event);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * frame_count(frames));
}

struct Source {
  const Buffer& bytes;
  std::size_t at = 0;
};

ssize_t read_source(std::uint8_t* to, std::size_t length, int, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t count = std::min(length, source.bytes.size() - source.at);
  if (count == 0) return -1;
  std::memcpy(to, source.bytes.data() + source.at, count);
  source.at += count;
  return static_cast<ssize_t>(count);
}

void with_wslay(benchmark::State& state) {
  const Buffer frames = masked_frames();
  Source source{frames};
  const wslay_frame_callbacks callbacks{nullptr, read_source, nullptr};
  wslay_frame_context_ptr context = nullptr;
  wslay_frame_context_init(&context, &callbacks, &source);
  for (auto _ : state) {
    source.at = 0;
    wslay_frame_iocb frame{};
    while (wslay_frame_recv(context, &frame) > 0)
      benchmark::DoNotOptimize(frame.data);
  }
  wslay_frame_context_free(context);
  state.SetItemsProcessed(state.iterations() * frame_count(frames));
}

}  // namespace

void register_frames() {
  benchmark::RegisterBenchmark("frames/64/prise", with_frame_api);
  benchmark::RegisterBenchmark("frames/64/prise_connection", with_connection);
  benchmark::RegisterBenchmark("frames/64/wslay", with_wslay);
}

}  // namespace prise::benchmarks
