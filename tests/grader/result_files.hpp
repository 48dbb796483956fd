// A gradebook in the forms that others read. Names of students are whatever their folders are
// called: each form escapes them in its own way.
#pragma once

#include <string>

#include "grader/gradebook.hpp"

namespace prise::grader {

// RFC 4180, one row for each file handed in. A field that a spreadsheet would take for a formula
// begins with '.
std::string csv_of(const Gradebook& book);

// A testsuite for each student, a testcase for each exercise: failure, error (internal), skipped
// (nothing handed in).
std::string junit_of(const Gradebook& book, const Cache& cache);

// One student's results.json.
std::string gradescope_of(const Gradebook& book, std::size_t student, const Cache& cache);

// Everything: each report whole.
std::string json_of(const Gradebook& book, const Cache& cache, const std::string& seed);

// The table that ends ./prise grade: students, exercises, totals, and what its signs mean.
std::string table_of(const Gradebook& book);

}  // namespace prise::grader
