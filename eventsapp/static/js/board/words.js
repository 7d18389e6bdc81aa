// Sentences of the page in the language of the answer: "%(name)s" is filled, [one, several] chooses by the count.
export function speaker(texts, locale) {
  const rules = new Intl.PluralRules(locale);
  return (key, values = {}, count = values.num) => {
    const found = texts[key] ?? key;
    const text = Array.isArray(found) ? found[rules.select(Number(count)) === "one" ? 0 : 1] : found;
    return text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
  };
}

// What a broken rule or a warning says, as the server would say it.
export function sentence(say, board, item, slot) {
  const at = board.slots[slot] ? `${board.days[board.slots[slot].day].label}, ${board.slots[slot].starts}` : "";
  const key = RULES.has(item.rule) ? `place_${item.rule}` : item.rule;
  return say(key, {
    company: board.companies[item.company]?.name ?? "", at, most: item.most ?? 0, table: board.tables[item.table]?.label ?? "",
  }, item.most ?? 0);
}

const RULES = new Set(["allowed_slots", "available", "precedence", "desk_busy", "person_busy", "table_needed", "table_busy", "fixed_table", "max_meetings", "max_per_day", "max_consecutive"]);
