#include "show/layout.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "show/order.hpp"
#include "show/rows.hpp"
#include "show/wrap.hpp"

namespace prise::trace {
namespace {

constexpr double clock_width = 76;    // of the times, at the left
constexpr double heads_every = 1500;  // a page or two further down, the lanes are named again
constexpr double width_min = 820;
constexpr double own_way = 50;  // how much further aside an arrow goes that comes back to its lane

void choose_columns(const Diagram& diagram, Layout& layout) {
  const bool frames = std::any_of(diagram.arrows.begin(), diagram.arrows.end(),
                                  [](const Arrow& arrow) { return !arrow.frames.empty(); });
  const std::size_t lanes = diagram.lanes.size();
  layout.block_width = lanes < 4 ? 320 : 300;
  layout.lane_distance = lanes <= 2 ? (frames ? 540 : 500) : frames ? 430 : lanes == 3 ? 380 : 350;
  const double between = lanes < 2 ? 0 : static_cast<double>(lanes - 1) * layout.lane_distance;
  // A single lane's arrows go nowhere, and need room for that.
  const double alone =
      lanes == 1 && !diagram.arrows.empty() ? layout.lane_distance - layout.block_width / 2 : 0;
  layout.width =
      std::max(width_min, 2 * margin + clock_width + layout.block_width + between + alone);
  layout.colours = lane_colours(diagram.lanes);
}

double add_title(const Diagram& diagram, Layout& layout) {
  double y = 46;
  for (std::string& line : wrap(diagram.title, Face::bold, 24, layout.width - 2 * margin, 3)) {
    layout.title.push_back({"title", std::move(line), margin, y});
    y += 30;
  }
  for (const std::string& note : diagram.notes) {
    for (std::string& line : wrap(note, Face::sans, 15, layout.width - 2 * margin, 4)) {
      layout.title.push_back({"note", std::move(line), margin, y});
      y += 21;
    }
  }
  return y;
}

std::vector<Joints> joints_of(const Diagram& diagram) {
  std::vector<Joints> joints(diagram.events.size());
  const auto woken_by = wakers(diagram);
  for (std::size_t event = 0; event < joints.size(); ++event)
    joints[event].waker = woken_by[event];
  for (const Arrow& arrow : diagram.arrows) {
    if (arrow.kind != ArrowKind::bytes || !arrow.to) continue;
    ++joints.at(arrow.from).receives;
    ++joints.at(*arrow.to).sends;
  }
  return joints;
}

// Where each event and each arrow stands among the rows.
struct Places {
  std::vector<std::size_t> first, last, arrows;
};

class Builder {
public:
  Builder(const Diagram& diagram, Layout& layout)
      : diagram_(diagram),
        layout_(layout),
        joints_(joints_of(diagram)),
        y_(add_title(diagram, layout)),
        bottoms_(std::max<std::size_t>(diagram.lanes.size(), 1), y_),
        arrows_of_(diagram.events.size()) {
    places_.first.resize(diagram.events.size());
    places_.last.resize(diagram.events.size());
    places_.arrows.resize(diagram.arrows.size());
    for (std::size_t arrow = 0; arrow < diagram.arrows.size(); ++arrow)
      arrows_of_.at(diagram.arrows[arrow].from).push_back(arrow);
  }

  Places build() {
    add_heads(Heads::first);
    const std::vector<Moment> moments = moments_in_order(diagram_);
    for (std::size_t i = 0; i < moments.size(); ++i) {
      if (wants_heads(moments[i], moments.size() - i)) add_heads(Heads::repeated);
      add(moments[i]);
    }
    layout_.height = y_;
    return std::move(places_);
  }

private:
  // Not between an arrow and what it leads to, nor right before the end.
  bool wants_heads(const Moment& next, std::size_t left) const {
    return y_ - heads_y_ > heads_every && left > 6 && next.part != Moment::Part::end &&
           layout_.rows.back().kind != Row::Kind::arrow;
  }

  void add(const Moment& moment) {
    places_.last[moment.event] = layout_.rows.size();
    const Joints joints = joints_[moment.event];
    if (moment.part == Moment::Part::end) {
      add(end_row(diagram_, layout_, moment.event, joints));
      return;
    }
    places_.first[moment.event] = layout_.rows.size();
    add(call_row(diagram_, layout_, moment.event, joints));
    for (const std::size_t arrow : arrows_of_[moment.event]) {
      places_.arrows[arrow] = layout_.rows.size();
      add(arrow_row(diagram_, layout_, arrow));
    }
  }

  // page/drawing.js does the same where rows are closed.
  void add(Row row) {
    row.top = layout_.rows.empty() ? y_ : layout_.rows.back().top + step;
    for (std::size_t lane = row.first_lane; lane <= row.last_lane; ++lane)
      row.top = std::max(row.top, bottoms_.at(lane));
    for (std::size_t lane = row.first_lane; lane <= row.last_lane; ++lane)
      bottoms_[lane] = row.top + row.height;
    y_ = std::max(y_, row.top + row.height);
    layout_.rows.push_back(std::move(row));
  }

  void add_heads(Heads heads) {
    heads_y_ = y_;
    add(heads_row(diagram_, layout_, heads));
  }

  const Diagram& diagram_;
  Layout& layout_;
  std::vector<Joints> joints_;
  double y_;                     // the end of all rows
  std::vector<double> bottoms_;  // of each lane
  double heads_y_ = 0;
  std::vector<std::vector<std::size_t>> arrows_of_;
  Places places_;
};

void add_waits(const Diagram& diagram, const Places& places, Layout& layout) {
  for (std::size_t event = 0; event < diagram.events.size(); ++event) {
    if (diagram.events[event].outcome == Outcome::unfinished)
      layout.waits.push_back({event, places.first[event], std::nullopt});
    else if (diagram.events[event].waited)
      layout.waits.push_back({event, places.first[event], places.last[event]});
  }
}

// Lines that run down beside a lane at the same time, each at a distance of its own.
class Tracks {
public:
  double offset(std::size_t lane, bool left, std::size_t from_row, std::size_t to_row) {
    constexpr std::size_t tracks_max = 6;
    std::vector<std::size_t>& taken = busy_until_[{lane, left}];
    std::size_t track = 0;
    while (track < taken.size() && taken[track] > from_row && track + 1 < tracks_max)
      ++track;
    if (track == taken.size()) taken.push_back(0);
    taken[track] = std::max(taken[track], to_row);
    return wait_width / 2 + 14 + 12 * static_cast<double>(track);
  }

private:
  std::map<std::pair<std::size_t, bool>, std::vector<std::size_t>> busy_until_;
};

Route route_to_nobody(const Diagram& diagram, const Layout& layout, Route route) {
  const bool left = goes_left(diagram.arrows[route.arrow], diagram);
  route.received = false;
  route.x_turn = route.x_from + (left ? -1 : 1) * 0.7 * layout.lane_distance;
  return route;
}

void add_routes(const Diagram& diagram, const Places& places, Layout& layout) {
  Tracks tracks;
  for (std::size_t number = 0; number < diagram.arrows.size(); ++number) {
    const Arrow& arrow = diagram.arrows[number];
    const std::size_t from = diagram.events.at(arrow.from).lane;
    Route route{number, places.arrows[number], layout.lane_x(from), 0, std::nullopt, true};
    if (!arrow.to) {
      layout.routes.push_back(route_to_nobody(diagram, layout, route));
      continue;
    }
    const std::size_t to = diagram.events.at(*arrow.to).lane;
    const bool left_of_lane = from == to ? goes_left(arrow, diagram) : from < to;
    const double side = left_of_lane ? -1 : 1;
    const std::size_t last = places.last[*arrow.to], first = places.first[*arrow.to];
    const bool receiver_waits = first != last && first < route.row;
    if (receiver_waits && from != to) {
      route.x_turn = layout.lane_x(to) + side * wait_width / 2;
    } else {
      const double own = from == to ? own_way : 0;
      route.x_turn =
          layout.lane_x(to) + side * (own + tracks.offset(to, left_of_lane, route.row, last));
      route.down_to_row = last;
    }
    layout.routes.push_back(route);
  }
}

}  // namespace

double Layout::lane_x(std::size_t lane) const {
  return margin + clock_width + block_width / 2 + static_cast<double>(lane) * lane_distance;
}

Layout lay_out(const Diagram& diagram) {
  Layout layout;
  choose_columns(diagram, layout);
  const Places places = Builder(diagram, layout).build();
  add_waits(diagram, places, layout);
  add_routes(diagram, places, layout);
  return layout;
}

}  // namespace prise::trace
