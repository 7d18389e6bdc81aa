"""Calendar delivery: what a meeting looks like as a download, an agenda, a feed and a mailed invitation.

Pure: the standard library and icalendar; the time and the randomness are given, never fetched.

- `invite`: `Invitation` and `Person` (all that an artefact needs, checked on construction: `InvalidInvitation`),
  `new_uid(domain, random)`, `content_hash(invitation)`, `Sent`, and the decision
  `next_messages(sent, planned, make_uid=…, now=…) -> list[Message]` at publication; `message.stamp(invitation)`.
- `build`: `meeting_file`, `agenda_file`, `feed` (METHOD:PUBLISH), `request`, `cancel(whole=…)` -> bytes.
- `message`: `invitation_message(…) -> EmailMessage`, ready for SMTP.
- `headers`: `MAIL`, the policy for every mail with names and subjects that people typed.
- `record`: `to_dict` and `from_dict`, an invitation as JSON values, to keep what was sent.
- `links`: copies for Google, Outlook.com, Microsoft 365, Yahoo; `webcal://` and subscription links of a feed.
- `versions`: `feed_etag(owner, version)` and `etag_matches(if_none_match, etag)`, to answer 304 before rendering.
- `text`: cleaning of what people typed, `file_slug` for download names.
- `zones`: the VTIMEZONE table; a zone outside it is written as UTC.
"""
