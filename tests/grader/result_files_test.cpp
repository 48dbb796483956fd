// The result files have the shapes that their readers publish, and say what was found.
#include <fstream>
#include <set>

#include "grader/made_class.hpp"
#include "grader/result_files.hpp"
#include "grader/settings.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;
using check::Verdict;
using nlohmann::json;

namespace {

// Two students, two exercises, and every verdict there is; no grading.
class MadeBook {
public:
  MadeBook() : cache(folder_.path() / "cache"), exercises_{all_exercises().front()} {
    Exercise second = exercises_.front();
    second.name = "02_second";
    exercises_.push_back(second);
    book.exercises = &exercises_;
    const Verdict verdicts[] = {Verdict::passed,          Verdict::failed,
                                Verdict::timed_out,       Verdict::crashed,
                                Verdict::too_much_output, Verdict::does_not_compile,
                                Verdict::internal_error};
    for (const Verdict verdict : verdicts)
      add(check::name_of(verdict), verdict);
  }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << text;
    return folder_.path() / name;
  }

  TemporaryFolder folder_;
  Cache cache;
  Gradebook book;

private:
  void add(const std::string& student, Verdict verdict) {
    check::Report report;
    report.verdict = verdict;
    report.trying = "un essai";
    report.expected = "<a & \"b\">";
    report.actual = "\x01 ]]> \xff\nune autre ligne";
    if (verdict == Verdict::failed) report.mistakes = {"no_htons", "port_in_network_order"};
    const std::string key = Cache::key_of(student, "made");
    cache.keep(key, student, {report, 1.5});
    book.students.push_back(student);
    book.results.push_back({student, &exercises_[0], false, verdict, report.mistakes, 1.5, key});
    Result missing;
    missing.student = student;
    missing.exercise = &exercises_[1];
    book.results.push_back(missing);
  }

  std::vector<Exercise> exercises_;
};

std::size_t student_number(const MadeBook& made, Verdict verdict) {
  const auto& students = made.book.students;
  return static_cast<std::size_t>(
      std::find(students.begin(), students.end(), check::name_of(verdict)) - students.begin());
}

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items())
    keys.insert(key);
  return keys;
}

bool all_in(const std::set<std::string>& some, const std::set<std::string>& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

// What python says of a file: an independent reader.
std::string python(const std::string& program, const fs::path& file) {
  const auto done = testing::run({"python3", {"-c", program, file.string()}}, Seconds(60));
  REQUIRE(done);
  INFO(done->output);
  REQUIRE(done->ending.clean());
  return done->output;
}

}  // namespace

TEST_CASE("the CSV has the published header, quotes, and no formula", "[quick]") {
  MadeBook made;
  made.book.students[0] = "=HYPERLINK(\"http://x\"),\n";
  made.book.results[0].student = made.book.students[0];
  const std::string text = csv_of(made.book);
  CHECK(text.starts_with("student,exercise,verdict,score,max_score,mistake,seconds\r\n"));
  const auto rows = csv_rows(text);
  REQUIRE(rows.size() == 8);
  using Fields = std::vector<std::string>;
  CHECK(rows[1] ==
        Fields{"'=HYPERLINK(\"http://x\"),\n", "01_tcp_connect", "passed", "1", "1", "", "1.50"});
  CHECK(rows[2] == Fields{"failed", "01_tcp_connect", "failed", "0", "1",
                          "no_htons|port_in_network_order", "1.50"});
  CHECK(rows[7] ==
        Fields{"internal_error", "01_tcp_connect", "internal_error", "", "1", "", "1.50"});
  const std::string read = python(
      "import csv,sys\nfor r in csv.DictReader(open(sys.argv[1],newline='')): "
      "print(r['verdict'],end=' ')",
      made.write("results.csv", text));
  CHECK(read == "passed failed timed_out crashed too_much_output does_not_compile internal_error ");
}

TEST_CASE("the JUnit file is XML of the published shape", "[quick]") {
  MadeBook made;
  made.book.students[0] = "<é> & \"\x01\uFFFE";  // a folder may be called so; XML has no U+FFFE
  made.book.results[0].student = made.book.students[0];
  const fs::path file = made.write("junit.xml", junit_of(made.book, made.cache));
  const std::string shape = python(R"(
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
counts = {'tests', 'failures', 'errors', 'skipped', 'time'}
def check(what): assert what, 'not the published shape'
check(root.tag == 'testsuites' and set(root.keys()) == counts | {'name'})
for suite in root:
    check(suite.tag == 'testsuite' and set(suite.keys()) == counts | {'name'})
    check(int(suite.get('tests')) == len(suite))
    for name, tag in (('failures', 'failure'), ('errors', 'error'), ('skipped', 'skipped')):
        check(int(suite.get(name)) == len(suite.findall('testcase/' + tag)))
    for case in suite:
        check(case.tag == 'testcase' and set(case.keys()) == {'classname', 'name', 'time'})
        check(len(case) <= 1 and float(case.get('time')) >= 0)
        for result in case:
            check(result.tag in ('failure', 'error', 'skipped'))
            check(set(result.keys()) <= {'type', 'message'})
for name in ('tests', 'failures', 'errors', 'skipped'):
    check(int(root.get(name)) == sum(int(suite.get(name)) for suite in root))
print(root.get('tests'), root.get('failures'), root.get('errors'), root.get('skipped'))
print('<a & "b">' in root.find("testsuite[@name='failed']/testcase/failure").text)
)",
                                   file);
  CHECK(shape == "14 5 1 7\nTrue\n");
}

TEST_CASE("results.json has Gradescope's fields and no others", "[quick]") {
  const MadeBook made;
  const std::set<std::string> top{"score",         "execution_time",     "output",
                                  "output_format", "test_output_format", "test_name_format",
                                  "visibility",    "stdout_visibility",  "extra_data",
                                  "tests",         "leaderboard"};
  const std::set<std::string> test{"score",       "max_score",  "status",    "name",
                                   "name_format", "number",     "output",    "output_format",
                                   "tags",        "visibility", "extra_data"};
  const std::set<std::string> visibilities{"hidden", "after_due_date", "after_published",
                                           "visible"};
  for (std::size_t student = 0; student < made.book.students.size(); ++student) {
    const json results = json::parse(gradescope_of(made.book, student, made.cache));
    CHECK(all_in(keys_of(results), top));
    CHECK(results.at("score").is_number());
    CHECK(visibilities.contains(results.at("visibility")));
    CHECK(visibilities.contains(results.at("stdout_visibility")));
    double score = 0;
    for (const json& one : results.at("tests")) {
      CHECK(all_in(keys_of(one), test));
      CHECK(one.at("score").get<double>() <= one.at("max_score").get<double>());
      CHECK((!one.contains("status") || one.at("status") == "passed" ||
             one.at("status") == "failed"));
      CHECK(one.at("name").is_string());
      CHECK(one.at("number").is_string());
      CHECK(one.at("tags").is_array());
      CHECK(visibilities.contains(one.at("visibility")));
      score += one.at("score").get<double>();
    }
    CHECK(results.at("score") == score);
  }
}

TEST_CASE("an internal error costs no point in any form", "[quick]") {
  const MadeBook made;
  const std::size_t student = student_number(made, Verdict::internal_error);
  CHECK_FALSE(made.book.at(student, 0).score());
  const json test = json::parse(gradescope_of(made.book, student, made.cache)).at("tests").at(0);
  CHECK(test.at("max_score") == 0);
  CHECK_FALSE(test.contains("status"));
  for (const json& one : json::parse(json_of(made.book, made.cache, "1")).at("results"))
    if (one.at("student") == "internal_error" && !one.at("missing"))
      CHECK(one.at("score").is_null());
}

TEST_CASE("the JSON file has everything, each report whole", "[quick]") {
  const MadeBook made;
  const json all = json::parse(json_of(made.book, made.cache, "7"));
  CHECK(all.at("version") == 1);
  CHECK(all.at("seed") == "7");
  REQUIRE(all.at("results").size() == 14);
  const json& failed = all.at("results").at(2);
  CHECK(failed.at("verdict") == "failed");
  CHECK(failed.at("report").at("expected") == "<a & \"b\">");
  CHECK(all.at("results").at(1).at("missing") == true);
  CHECK(all.at("results").at(1).at("score") == 0);
}

TEST_CASE("the table has a sign for each verdict, and counts", "[quick]") {
  const MadeBook made;
  const std::string table = table_of(made.book);
  INFO(table);
  CHECK(table.find("Étudiant          01  02  Total\n") == 0);
  CHECK(table.find("passed             ✓   –    1/2\n") != std::string::npos);
  CHECK(table.find("internal_error     !   –    0/2\n") != std::string::npos);
  CHECK(table.find("Réussis            1   0\n") != std::string::npos);
}

TEST_CASE("a key is of the source and of its circumstances, a changed source is not found",
          "[quick]") {
  const TemporaryFolder folder;
  Cache cache(folder.path() / "cache");
  const std::string key = Cache::key_of("source", "check 1");
  CHECK(key != Cache::key_of("source", "check 2"));
  CHECK(key != Cache::key_of("sourc", "echeck 1"));
  check::Report report;
  cache.keep(key, "source", {report, 2.0});
  REQUIRE(cache.find(key, "source"));
  CHECK(cache.find(key, "source")->report.verdict == Verdict::passed);
  CHECK_FALSE(cache.find(key, "another with the same key"));
  std::ofstream(folder.path() / "cache" / (key + ".json")) << "{\"report\": ";
  CHECK_FALSE(cache.find(key, "source"));
  report.verdict = Verdict::internal_error;
  cache.keep(key, "source", {report, 2.0});
  CHECK_FALSE(cache.find(key, "source"));  // tried again next time
}
