<?php
// Prints as JSON what sabre/vobject understood of each file, and what its validator says of it.
// Usage: php sabre_reader.php PATH/TO/autoload FILE...
require $argv[1];

function text($event, string $name): string
{
    return isset($event->$name) ? (string) $event->$name : '';
}

function people($event, string $name): array
{
    $found = [];
    foreach ($event->select($name) as $line) {
        $found[] = [(string) $line['CN'], preg_replace('/^mailto:/', '', (string) $line)];
    }
    return $found;
}

function instant($property): string
{
    return $property->getDateTime()->setTimezone(new DateTimeZone('UTC'))->format('Y-m-d\TH:i:s\Z');
}

function entry($event, string $method): array
{
    return [
        'uid' => text($event, 'UID'),
        'start' => instant($event->DTSTART),
        'end' => instant($event->DTEND),
        'summary' => text($event, 'SUMMARY'),
        'description' => text($event, 'DESCRIPTION'),
        'location' => text($event, 'LOCATION'),
        'url' => text($event, 'URL'),
        'organizer' => people($event, 'ORGANIZER')[0],
        'attendees' => people($event, 'ATTENDEE'),
        'method' => $method,
        'sequence' => (int) text($event, 'SEQUENCE'),
        'status' => text($event, 'STATUS'),
        'dtstamp' => instant($event->DTSTAMP),
    ];
}

$read = [];
foreach (array_slice($argv, 2) as $file) {
    $calendar = Sabre\VObject\Reader::read(file_get_contents($file));
    $entries = [];
    foreach ($calendar->select('VEVENT') as $event) {
        $entries[] = entry($event, text($calendar, 'METHOD'));
    }
    $faults = array_map(fn ($fault) => $fault['message'], $calendar->validate());
    $read[] = ['entries' => $entries, 'faults' => $faults];
}
echo json_encode($read, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
