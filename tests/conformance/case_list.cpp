#include "conformance/rows.hpp"

namespace prise::conformance {

Cases all_cases(Tested tested) {
  Cases cases;
  for (const auto add : {add_framing_cases, add_utf8_cases, add_close_cases, add_size_cases,
                         add_deflate_cases, add_request_cases, add_wire_cases, add_extension_cases,
                         add_transport_cases, add_response_cases})
    add(cases);
  std::erase_if(cases, [&](const Case& one) { return one.only && *one.only != tested; });
  return cases;
}

}  // namespace prise::conformance
