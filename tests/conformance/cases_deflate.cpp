// Sections 12 and 13 of Autobahn's list: permessage-deflate. Each case sends a thousand messages
// cut from a data set, one after the other. Autobahn's data sets are files; ours are made, of the
// same kind and size (test_data.cpp). The windows of section 13 are of 9 bits, as Autobahn
// publishes them since zlib refuses raw streams with 8.
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

struct Size {
  std::size_t bytes, fragment_bytes;
};
constexpr Size sizes[] = {
    {16, 0},      {64, 0},      {256, 0},      {1024, 0},      {4096, 0},      {8192, 0},
    {16384, 0},   {32768, 0},   {65536, 0},    {131072, 0},    {8192, 256},    {16384, 256},
    {32768, 256}, {65536, 256}, {131072, 256}, {131072, 1024}, {131072, 4096}, {131072, 32768},
};

constexpr double seconds_max = 480;

// `offer` is ours to a server; `row` is how a client's offer is answered (handshake.cpp).
void add_sizes(Cases& cases, const std::string& group, const std::string& title, DataSet data,
               int opcode, const std::string& offer, int row) {
  int number = 0;
  for (const Size& size : sizes) {
    RoundTrips trips{opcode, 1000, size.bytes, {}, data, size.fragment_bytes, true};
    Case one{group + "." + std::to_string(++number),
             title + ", messages of " + std::to_string(size.bytes) + " bytes",
             {trips},
             right({})};
    one.opening.extensions = offer;
    one.opening.agreed = Opening::Agreed::deflate;
    one.deflate_row = row;
    one.seconds = seconds_max;
    cases.push_back(std::move(one));
  }
}

}  // namespace

void add_deflate_cases(Cases& cases) {
  const std::string offer =
      "permessage-deflate; client_no_context_takeover; client_max_window_bits";
  const std::string without_context = offer + "; server_no_context_takeover";
  const std::string small = "; server_max_window_bits=9", large = "; server_max_window_bits=15";
  add_sizes(cases, "12.1", "JSON", DataSet::json, 1, offer, 1);
  add_sizes(cases, "12.2", "a bitmap", DataSet::bitmap, 2, offer, 1);
  add_sizes(cases, "12.3", "prose", DataSet::prose, 2, offer, 1);
  add_sizes(cases, "12.4", "HTML", DataSet::html, 1, offer, 1);
  add_sizes(cases, "12.5", "a document", DataSet::document, 2, offer, 1);
  const std::string offers[] = {offer,
                                without_context,
                                offer + small,
                                offer + large,
                                without_context + small,
                                without_context + large,
                                without_context + small + ", " + without_context + ", " + offer};
  for (int row = 1; row <= 7; ++row)
    add_sizes(cases, "13." + std::to_string(row), "JSON", DataSet::json, 1, offers[row - 1], row);
}

}  // namespace prise::conformance
