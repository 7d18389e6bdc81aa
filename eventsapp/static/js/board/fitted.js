// As much of a name as has room in a cell of the board.

// How broad the letters of a cell are, in pixels of the compact size; the others are told apart by their script.
const BREADTHS = {
  2: " ", 2.5: "'jilí", 3: ".,:!¡ftIÍ", 3.5: "r-/·", 4: "()", 5: "svyz–", 5.5: "aáceégkx1L", 6.5: "EÉSTVZ+", 7: "AÁBKPXY&",
  7.5: "wCDHNÑRUÚÜ", 8: "GOÓQ", 9: "mM…", 10: "W%—@",
};
const breadths = new Map(Object.entries(BREADTHS).flatMap(([breadth, letters]) => [...letters].map((letter) => [letter, Number(breadth)])));
const breadth = (letter) => breadths.get(letter) ?? (letter > "\u024f" ? 13 : 6);

// As much of a name as surely has room, cut here and not by the page: clipped cells are what a frame costs most.
export const fitted = (name, { room, lines }) => {
  let line = 1, used = 0, end = 0;  // `end`: up to where the dots still have room
  for (const { 0: word, index } of name.matchAll(/\S+/g)) {
    const length = [...word].reduce((sum, letter) => sum + breadth(letter), used && breadth(" "));
    if (used + length > room && used && line < lines) { line += 1; used = 0; } else used += used && breadth(" ");
    let at = index;
    for (const letter of word) {
      used += breadth(letter);
      if (used > room) {
        if (line === lines) return `${name.slice(0, end).trimEnd()}…`;
        line += 1;
        used = breadth(letter);
      }
      at += letter.length;
      if (line < lines || used + breadth("…") <= room) end = at;
    }
  }
  return name;
};
