#include "grader/grading.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "grader/sandbox.hpp"
#include "grader/settings.hpp"

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

constexpr const char* grader_version = "1";  // another one: what was kept is examined again
constexpr std::size_t text_bytes_max = 1 << 16;
constexpr std::size_t exchange_lines_max = 2000;

// The source's bytes; nullopt for what is no regular file, or too large: examine says so without
// reading it. Opening must not wait for a pipe's writer, nor follow a link out of the folder.
std::optional<std::string> read_source(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd == -1) return std::nullopt;
  struct stat status;
  std::optional<std::string> text;
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_size <= static_cast<off_t>(source_bytes_max)) {
    text.emplace(source_bytes_max, '\0');
    const ssize_t count = ::read(fd, text->data(), text->size());
    text->resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  ::close(fd);
  return text;
}

// What a program prints without end must not fill the memory of three hundred results.
void cut(std::string& text) {
  if (text.size() <= text_bytes_max) return;
  const std::size_t all = text.size();
  std::size_t end = text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text = fmt::format("{}… ({} octets en tout)", text.substr(0, end), all);
}

Report bounded(Report report) {
  cut(report.expected);
  cut(report.actual);
  std::size_t room = text_bytes_max;
  auto line = report.exchange.begin();
  for (; line != report.exchange.end() && room > 0; ++line) {
    cut(*line);
    room -= std::min(room, line->size());
  }
  report.exchange.erase(line, report.exchange.end());
  if (report.exchange.size() > exchange_lines_max) report.exchange.resize(exchange_lines_max);
  return report;
}

// A wall that did not stand leaves its words where the program's should be.
bool blames_the_walls(const Report& report) {
  const auto blames = [](const std::string& text) {
    return text.find("bwrap: ") != std::string::npos ||
           text.find("setpriv: ") != std::string::npos ||
           text.find("prlimit: ") != std::string::npos;
  };
  return report.verdict != Verdict::passed &&
         (blames(report.actual) ||
          std::any_of(report.exchange.begin(), report.exchange.end(), blames));
}

class Class {
public:
  Class(const Classroom& classroom, Cache& cache, const GradingSettings& settings,
        const Progress& progress)
      : classroom_(&classroom), cache_(&cache), settings_(&settings), progress_(&progress) {}

  std::vector<Result> results;

  void know(const Exercise& exercise) {
    // The check program holds the check; the libraries, what the student's program is linked with.
    std::string all =
        fmt::format("{} {} {} {} {}", grader_version, exercise.name, settings_->seed,
                    settings_->patience.count(), settings_->isolation == Isolation::sandbox);
    all += read_whole(exercise.checker());
    for (const std::string& library : libraries)
      if (library.starts_with(build_folder)) all += read_whole(library);
    circumstances_[&exercise] = Cache::key_of(all, compiler);
  }

  // One job: takes the next submission until none is left.
  void work(unsigned job) {
    try {
      std::optional<Sandbox> sandbox;
      if (settings_->isolation == Isolation::sandbox) sandbox.emplace(job);
      for (std::size_t i = next_++; i < classroom_->submissions.size() && !stopped(); i = next_++) {
        results[i] = grade(classroom_->submissions[i], sandbox ? &*sandbox : nullptr);
        tell(classroom_->submissions[i]);
      }
    } catch (const Interrupted&) {
    } catch (...) {
      const std::lock_guard lock(telling_);
      failure_ = std::current_exception();
      next_ = classroom_->submissions.size();
    }
  }

  void finish() const {
    if (stopped()) throw Interrupted();
    if (failure_) std::rethrow_exception(failure_);
  }

private:
  bool stopped() const { return settings_->interrupted != nullptr && *settings_->interrupted; }

  void tell(const Submission& last) {
    const std::lock_guard lock(telling_);
    (*progress_)(++done_, classroom_->submissions.size(), last);
  }

  Result grade(const Submission& submission, const Sandbox* sandbox) {
    Result result;
    result.student = submission.student;
    result.exercise = submission.exercise;
    result.missing = submission.file.empty();
    if (result.missing) return result;
    const auto source = read_source(submission.file);
    const std::string content = source.value_or("");
    // What is refused unread has no content to be known by.
    result.key = Cache::key_of(
        content, circumstances_.at(submission.exercise) + (source ? "" : submission.file.string()));
    auto examined = source ? cache_->find(result.key, content) : std::nullopt;
    if (!examined) {
      examined = examined_with_retry(submission, source, sandbox);
      cache_->keep(result.key, content, *examined);
    }
    result.verdict = examined->report.verdict;
    result.mistakes = examined->report.mistakes;
    result.seconds = examined->seconds;
    return result;
  }

  Examined examined_with_retry(const Submission& submission,
                               const std::optional<std::string>& source, const Sandbox* sandbox) {
    Examined examined = examined_once(submission, source, sandbox);
    const auto doubtful = [&] {
      return examined.report.verdict == Verdict::internal_error ||
             (sandbox != nullptr && blames_the_walls(examined.report));
    };
    if (doubtful()) examined = examined_once(submission, source, sandbox);
    if (doubtful() && sandbox != nullptr) {
      if (const std::string why = why_no_sandbox(); !why.empty()) {
        examined.report.verdict = Verdict::internal_error;
        examined.report.actual = why;
      }
    }
    return examined;
  }

  Examined examined_once(const Submission& submission, const std::optional<std::string>& source,
                         const Sandbox* sandbox) {
    const TemporaryFolder folder;
    fs::path file = submission.file;
    if (source) {
      file = folder.path() / "source" / (submission.exercise->name + ".cpp");
      fs::create_directory(file.parent_path());
      write_whole(file, *source);
      // Readable for the one whom the compiler runs as, whatever our umask.
      fs::permissions(file.parent_path(), fs::perms(0755));
      fs::permissions(file, fs::perms(0644));
    }
    ExamineSettings settings;
    settings.seed = settings_->seed;
    settings.patience = settings_->patience;
    settings.compile_time = settings.check_time = Seconds(120);
    settings.interrupted = settings_->interrupted;
    if (sandbox != nullptr && source) settings.walls = sandbox->walls(file, folder.path());
    const auto begin = testing::Clock::now();
    Report report = examine(*submission.exercise, file, folder.path(), settings);
    return {bounded(std::move(report)), Seconds(testing::Clock::now() - begin).count()};
  }

  const Classroom* classroom_;
  Cache* cache_;
  const GradingSettings* settings_;
  const Progress* progress_;
  std::map<const Exercise*, std::string> circumstances_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex telling_;
  std::size_t done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

Gradebook grade(const Classroom& classroom, const std::vector<Exercise>& exercises, Cache& cache,
                const GradingSettings& settings, const Progress& progress) {
  Class one(classroom, cache, settings, progress);
  one.results.resize(classroom.submissions.size());
  for (const Exercise& exercise : exercises)
    one.know(exercise);
  {
    std::vector<std::jthread> jobs;
    for (unsigned job = 0; job < settings.jobs; ++job)
      jobs.emplace_back([&one, job] { one.work(job); });
  }
  one.finish();
  return {classroom.students, &exercises, std::move(one.results)};
}

}  // namespace prise::grader
