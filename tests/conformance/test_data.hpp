// What sections 12 and 13 compress: made, the same in each run, of the kinds and sizes of
// Autobahn's files (JSON 194,056 bytes, a bitmap 263,222, prose 222,218, HTML 263,527, a document
// 1,042,328).
#pragma once

#include <string>

#include "conformance/case.hpp"

namespace prise::conformance {

const std::string& test_data(DataSet set);  // ASCII for json and html: any cut of it is UTF-8

}  // namespace prise::conformance
