// Unmasking in place, beside memcpy (which reads and writes as much), Boost.Beast, and the loop
// over 64-bit words that one writes first. wslay unmasks as it parses: see frame_benchmark.cpp.
#include <benchmark/benchmark.h>

#include <boost/beast/websocket/detail/mask.hpp>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include "benchmarks/core_benchmark.hpp"
#include "protocol/websocket/mask.hpp"

namespace prise::benchmarks {
namespace {

namespace beast = boost::beast::websocket::detail;

constexpr std::uint32_t key_word = 0x3d21fa37;
constexpr std::size_t size_max = 1048576;

using Payload = std::span<std::byte>;
using Aligned = std::unique_ptr<std::byte, decltype(&std::free)>;

// On a cache line, so that chance decides nothing.
Aligned aligned_bytes(std::size_t size) {
  auto* bytes = static_cast<std::byte*>(std::aligned_alloc(64, size));
  std::memset(bytes, 'x', size);
  return {bytes, &std::free};
}

void unmask_prise(Payload payload) {
  websocket::apply_mask(payload, std::bit_cast<websocket::MaskKey>(key_word));
}

void unmask_beast(Payload payload) {
  beast::prepared_key key;
  beast::prepare_key(key, key_word);
  beast::mask_inplace(boost::asio::buffer(payload.data(), payload.size()), key);
}

void unmask_words(Payload payload) {
  const std::uint64_t key_twice = std::uint64_t{key_word} << 32 | key_word;
  for (std::size_t i = 0; i < payload.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, payload.data() + i, 8);
    word ^= key_twice;
    std::memcpy(payload.data() + i, &word, 8);
  }
}

void copy(Payload payload) {
  static const Aligned target = aligned_bytes(size_max);
  std::memcpy(target.get(), payload.data(), payload.size());
  benchmark::DoNotOptimize(target.get());
}

void add(std::size_t size, const char* who, void (*run)(Payload)) {
  const std::string name = "unmask/" + std::to_string(size) + "/" + who;
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    const Aligned bytes = aligned_bytes(size);
    const Payload payload{bytes.get(), size};
    for (auto _ : state) {
      run(payload);
      benchmark::DoNotOptimize(payload.data());
      benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
  });
}

}  // namespace

void register_unmask() {
  for (const std::size_t size :
       {std::size_t{64}, std::size_t{1024}, std::size_t{65536}, size_max}) {
    add(size, "prise", unmask_prise);
    add(size, "memcpy", copy);
    add(size, "beast", unmask_beast);
    add(size, "words", unmask_words);
  }
}

}  // namespace prise::benchmarks
