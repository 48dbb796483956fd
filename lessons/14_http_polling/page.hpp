// The page that a browser is given at "/": the same price three times, got in three ways.
#pragma once

#include <string_view>

namespace prise {

inline constexpr std::string_view page = R"html(<!DOCTYPE html>
<html lang="fr">
<meta charset="utf-8">
<title>Un prix, trois façons</title>
<style>
  body { font: 18px sans-serif; max-width: 40em; margin: 2em auto; color-scheme: light dark; }
  td, th { padding: 0.3em 1.2em 0.3em 0; text-align: left; }
</style>
<h1>Un prix, trois façons</h1>
<table>
  <tr><th>Façon<th>Prix<th>Requêtes<th>Prix reçus<th>Retard
  <tr id="polling"><td>polling, chaque seconde<td><td><td><td>
  <tr id="long"><td>long-polling<td><td><td><td>
  <tr id="push"><td>WebSocket<td><td><td><td>
</table>
<script>
  const rows = {};
  for (const id of ['polling', 'long', 'push'])
    rows[id] = { requests: 0, prices: 0, number: 0, cells: document.getElementById(id).cells };

  function asked(id) { rows[id].cells[2].textContent = ++rows[id].requests; }
  function show(id, text) {
    const row = rows[id], [number, cents, set_at] = text.split(' ').map(Number);
    if (number === row.number) return;  // asked too early: nothing new
    row.number = number;
    row.cells[1].textContent = (cents / 100).toFixed(2).replace('.', ',') + ' €';
    row.cells[3].textContent = ++row.prices;
    row.cells[4].textContent = Math.max(0, Math.round(Date.now() - set_at / 1000)) + ' ms';
  }
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  async function polling() {
    for (;; await pause(1000)) {
      asked('polling');
      show('polling', await (await fetch('/price')).text());
    }
  }
  async function longPolling() {
    for (;;) {
      asked('long');
      const answer = await fetch('/price?after=' + rows.long.number);
      if (answer.status === 200) show('long', await answer.text());
    }
  }
  function push() {
    asked('push');
    const socket = new WebSocket('ws://' + location.host + '/push');
    socket.onmessage = (event) => show('push', event.data);
  }
  polling(); longPolling(); push();
</script>
</html>
)html";

}  // namespace prise
