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

void check_inflate(const Chunks& chunks, int bits, Takeover takeover) {
  Inflater one{bits, takeover};
  Inflater other{bits, takeover};
  for (int message = 0; message < 2; ++message) {
    const Inflated whole = inflate(one, chunks, true);
    const Inflated cut = inflate(other, chunks, false);
    require(whole.outcome == cut.outcome);
    if (whole.outcome != Outcome::good) return;
    require(whole.out == cut.out);
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
