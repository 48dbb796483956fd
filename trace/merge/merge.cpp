#include "merge/merge.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "merge/content.hpp"
#include "merge/flows.hpp"
#include "merge/meaning.hpp"
#include "merge/source.hpp"
#include "merge/summary.hpp"
#include "merge/waiting.hpp"

namespace prise::trace {
namespace {

// « nc » twice: « nc 1 » and « nc 2 », of those that a reader will meet.
void number_labels(Followed& all) {
  std::map<std::string, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < all.processes.size(); ++i)
    if (std::any_of(all.endpoints.begin(), all.endpoints.end(), [&](const Endpoint& endpoint) {
          return endpoint.process == i &&
                 (endpoint.what == What::stream || endpoint.what == What::datagrams);
        }))
      alike[all.processes[i].label].push_back(i);
  for (const auto& [label, processes] : alike)
    for (std::size_t i = 0; processes.size() > 1 && i < processes.size(); ++i)
      all.processes[processes[i]].label = label + " " + std::to_string(i + 1);
}

class Merger {
public:
  Merger(std::vector<Program> programs, const MergeSettings& settings)
      : settings_(settings),
        all_(follow(std::move(programs))),
        flows_(find_flows(all_)),
        contents_(read_contents(all_, flows_)),
        waited_(find_waiting(all_, flows_)) {}

  Diagram merge() {
    number_labels(all_);
    diagram_.title = settings_.title;
    describe_steps();
    summarise(drafts_, all_);
    std::stable_sort(drafts_.begin(), drafts_.end(),
                     [](const Draft& a, const Draft& b) { return a.event.began < b.event.began; });
    cut();
    find_sources();
    name_lanes();
    place_events();
    draw_arrows();
    return std::move(diagram_);
  }

private:
  void describe_steps() {
    const Story story{all_, flows_, contents_, waited_};
    std::vector<double> met(all_.steps.size());  // when the last thing began that came to it
    for (const Passage& passage : flows_.passages)
      if (passage.to)
        met[*passage.to] = std::max(met[*passage.to], all_.steps[passage.from].call.began);
    for (std::size_t i = 0; i < all_.steps.size(); ++i)
      if (flows_.cause[i]) met[i] = std::max(met[i], all_.steps[*flows_.cause[i]].call.began);
    for (std::size_t i = 0; i < all_.steps.size(); ++i) {
      auto text = describe(story, i);
      if (!text) continue;
      const Call& call = all_.steps[i].call;
      Draft draft;
      draft.steps = {i};
      draft.thread = all_.steps[i].thread;
      // Nothing is shown before what it met. What may not sleep, and found all the same what came
      // after it was called, was held by strace at the kernel's door: it happened when it came
      // back.
      draft.event.began = call.began;
      draft.event.ended = waited_[i] ? std::max(call.ended, met[i]) : call.began;
      if (!waited_[i] && met[i] > call.began)
        draft.event.began = draft.event.ended = std::max(call.ended, met[i]);
      draft.event.waited = waited_[i];
      draft.event.call = std::move(text->call);
      draft.event.arguments = std::move(text->arguments);
      draft.event.result = std::move(text->result);
      draft.event.meaning = std::move(text->meaning);
      draft.event.outcome = !call.error().empty() ? Outcome::failed
                            : call.finished       ? Outcome::done
                                                  : Outcome::unfinished;
      drafts_.push_back(std::move(draft));
    }
  }

  void cut() {
    if (drafts_.size() <= settings_.events_max) return;
    diagram_.notes.push_back(fmt::format("La suite n'est pas montrée : {} appels sur {}.",
                                         drafts_.size() - settings_.events_max, drafts_.size()));
    drafts_.resize(settings_.events_max);
  }

  void find_sources() {
    if (settings_.root.empty()) return;
    SourceFinder finder(settings_.root);
    std::vector<const std::vector<CodeAddress>*> stacks;
    for (const Draft& draft : drafts_)
      stacks.push_back(&all_.steps[draft.steps.front()].call.stack);
    finder.learn(stacks);
    for (Draft& draft : drafts_)
      draft.event.source = finder.of(all_.steps[draft.steps.front()].call.stack);
  }

  // A column for each thread that has something to show; a process's stand side by side.
  void name_lanes() {
    std::set<std::size_t> shown;
    for (const Draft& draft : drafts_)
      shown.insert(draft.thread);
    std::vector<std::size_t> order(shown.begin(), shown.end());
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return all_.threads[a].process < all_.threads[b].process;
    });
    std::map<std::size_t, int> threads_of;  // by process
    for (const std::size_t thread : order) {
      const Process& process = all_.processes[all_.threads[thread].process];
      const int number = ++threads_of[all_.threads[thread].process];
      const std::string& path = process.executable;
      Lane lane;
      lane.first_thread = number == 1;
      lane.label =
          lane.first_thread ? process.label : fmt::format("{}, fil {}", process.label, number);
      lane.program = lane.first_thread ? process.command : path.substr(path.rfind('/') + 1);
      lane_of_[thread] = diagram_.lanes.size();
      diagram_.lanes.push_back(std::move(lane));
    }
  }

  void place_events() {
    const double start = drafts_.empty() ? 0 : drafts_.front().event.began;
    for (Draft& draft : drafts_) {
      draft.event.lane = lane_of_.at(draft.thread);
      draft.event.began -= start;
      draft.event.ended -= start;
      for (const std::size_t step : draft.steps)
        event_of_[step] = diagram_.events.size();
      diagram_.events.push_back(std::move(draft.event));
    }
  }

  void draw_arrows() {
    for (const Passage& passage : flows_.passages) {
      const auto from = event_of_.find(passage.from);
      if (from == event_of_.end()) continue;
      Arrow arrow;
      arrow.from = from->second;
      arrow.kind = passage.kind;
      arrow.bytes = passage.bytes;
      if (passage.to) {
        const auto to = event_of_.find(*passage.to);
        if (to == event_of_.end()) continue;
        arrow.to = to->second;
      }
      arrow.text = shown_text(passage.data);
      arrow.hex = shown_hex(passage.data);
      if (passage.flow) add_content(arrow, contents_[*passage.flow], passage);
      if (!joined(arrow)) diagram_.arrows.push_back(std::move(arrow));
    }
    std::stable_sort(diagram_.arrows.begin(), diagram_.arrows.end(),
                     [](const Arrow& a, const Arrow& b) { return a.from < b.from; });
  }

  static void add_content(Arrow& arrow, const Content& content, const Passage& passage) {
    const std::size_t end = passage.offset + passage.bytes;
    for (auto frame = content.frames.lower_bound(passage.offset);
         frame != content.frames.end() && frame->first < end; ++frame)
      arrow.frames.push_back(frame->second);
    const std::string hidden = marked(content, passage.offset, end, Marks::hiding);
    if (!hidden.empty()) arrow.text = "[" + hidden + "]";
  }

  // Calls that were summed up are one event: so are the arrows between two of them.
  bool joined(const Arrow& arrow) {
    for (Arrow& before : diagram_.arrows) {
      if (before.from != arrow.from || before.to != arrow.to || before.kind != arrow.kind) continue;
      before.bytes += arrow.bytes;
      before.frames.insert(before.frames.end(), arrow.frames.begin(), arrow.frames.end());
      return true;
    }
    return false;
  }

  const MergeSettings& settings_;
  Followed all_;
  Flows flows_;
  std::vector<Content> contents_;
  std::vector<bool> waited_;
  std::vector<Draft> drafts_;
  std::map<std::size_t, std::size_t> lane_of_;   // by thread
  std::map<std::size_t, std::size_t> event_of_;  // by step
  Diagram diagram_;
};

}  // namespace

Diagram merge(std::vector<Program> programs, const MergeSettings& settings) {
  return Merger(std::move(programs), settings).merge();
}

}  // namespace prise::trace
