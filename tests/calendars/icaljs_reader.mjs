// Prints as JSON what ical.js understood of each file, times by way of the file's own VTIMEZONE.
// Usage: node icaljs_reader.mjs PATH/TO/ical.js FILE...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, ...files] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(library).href);

const person = (property) => [
  String(property.getParameter("cn") ?? ""),
  String(property.getFirstValue()).replace(/^mailto:/, ""),
];

function entry(component, method) {
  const event = new ICAL.Event(component);
  const text = (name) => String(component.getFirstPropertyValue(name) ?? "");
  return {
    uid: event.uid,
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    summary: text("summary"),
    description: text("description"),
    location: text("location"),
    url: text("url"),
    organizer: person(component.getFirstProperty("organizer")),
    attendees: component.getAllProperties("attendee").map(person),
    method,
    sequence: Number(text("sequence")),
    status: text("status"),
    dtstamp: component.getFirstPropertyValue("dtstamp").toJSDate().toISOString(),
  };
}

function read(file) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  const method = String(calendar.getFirstPropertyValue("method") ?? "");
  return calendar.getAllSubcomponents("vevent").map((event) => entry(event, method));
}

console.log(JSON.stringify(files.map(read)));
