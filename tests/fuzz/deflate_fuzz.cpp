// Whatever is inflated keeps within its limit and does not depend on how it is cut; whatever is
// deflated inflates to itself.
#include "fuzz/chunks.hpp"
#include "protocol/websocket/deflate.hpp"

using namespace prise::websocket;
using prise::fuzz::Chunks;
using prise::fuzz::require;
using Outcome = Inflater::Outcome;

namespace {

constexpr std::uint64_t out_bytes_max = 20000;

struct Inflated {
  Outcome outcome = Outcome::good;
  Buffer out;
};

Inflated inflate(Inflater& inflater, Chunks chunks, bool in_one) {
  Inflated inflated;
  const auto append = [&](Bytes piece) {
    if (inflated.outcome == Outcome::good)
      inflated.outcome = inflater.append(piece, inflated.out, out_bytes_max);
  };
  if (in_one) append(chunks.rest());
  while (!in_one && !chunks.empty())
    append(chunks.take_chunk());
  if (inflated.outcome == Outcome::good)
    inflated.outcome = inflater.finish(inflated.out, out_bytes_max);
  require(inflated.out.size() <= out_bytes_max + 1);
  return inflated;
}

// However it is cut, a window of 15 bits gives the same; a smaller one gives the same too, or finds
// a reference to what it has forgotten.
void check_inflate(const Chunks& chunks, int bits, Takeover takeover) {
  Inflater whole{15, takeover}, cut{15, takeover}, small_whole{bits, takeover},
      small_cut{bits, takeover};
  bool reached_too_far = bits == 15;
  for (int message = 0; message < 2; ++message) {
    const Inflated expected = inflate(whole, chunks, true);
    const auto require_same = [&](const Inflated& inflated) {
      require(inflated.outcome == expected.outcome);
      if (inflated.outcome == Outcome::good) require(inflated.out == expected.out);
    };
    require_same(inflate(cut, chunks, false));
    for (const bool in_one : {true, false}) {
      if (reached_too_far) break;
      const Inflated inflated = inflate(in_one ? small_whole : small_cut, chunks, in_one);
      reached_too_far = inflated.outcome == Outcome::corrupt;
      if (!reached_too_far) require_same(inflated);
    }
    if (expected.outcome != Outcome::good) return;
  }
}

void check_round_trip(const Chunks& chunks, int bits, Takeover takeover) {
  if (chunks.empty() || chunks.rest().size() > out_bytes_max) return;
  Deflater deflater{bits, takeover, {}};
  Inflater inflater{bits, takeover};
  for (int message = 0; message < 2; ++message) {
    Buffer out;
    require(inflater.append(deflater.deflate(chunks.rest()), out, out_bytes_max) == Outcome::good);
    require(inflater.finish(out, out_bytes_max) == Outcome::good);
    require(std::equal(out.begin(), out.end(), chunks.rest().begin(), chunks.rest().end()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Chunks chunks{data, size};
  const std::uint8_t choice = chunks.take_choice();
  const int bits = 9 + choice % 7;
  const Takeover takeover = (choice & 0x80) != 0 ? Takeover::keep : Takeover::none;
  check_inflate(chunks, bits, takeover);
  check_round_trip(chunks, bits, takeover);
  return 0;
}
