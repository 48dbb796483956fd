// Who is in the room.
const people_max = 500;        // as many as the server names
const people_noted_max = 30;   // a larger room is a crowd

export class Presence {
  people = [];
  count = 0;

  get is_crowd() { return this.count > people_noted_max; }

  set(people, count) {
    this.people = people;
    this.count = count;
  }

  joined(user) {
    if (this.people.length < people_max && !this.people.includes(user)) this.people = [...this.people, user];
    this.count += 1;
  }

  left(user) {
    this.people = this.people.filter((one) => one !== user);
    this.count -= 1;
  }
}
