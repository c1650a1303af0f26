//! Content lines: escaping and folding.

use crate::read::is_stray;

/// The longest physical line, in octets, without its CRLF (RFC 5545, 3.1).
const MOST_OCTETS: usize = 75;

/// Text in the making. Whatever is written stays within its own line.
pub(super) struct Writer {
    text: String,
}

impl Writer {
    pub(super) const fn new() -> Self {
        Self { text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A property whose value needs no escapes. Control characters, line ends among them, are left out.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A property of type text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &escape(value));
    }

    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn text_list(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            let escaped: Vec<String> = values.iter().map(|value| escape(value)).collect();
            self.raw(name, &escaped.join(","));
        }
    }

    /// A property with the zone of its value. The name is quoted, so that it may hold colons; a quote cannot be
    /// written in a parameter (RFC 5545, 3.2) and is left out.
    pub(super) fn zoned(&mut self, name: &str, zone: Option<&str>, value: &str) {
        match zone {
            None => self.raw(name, value),
            Some(zone) if zone.contains([':', ';', ',', '"']) => {
                self.raw(&format!("{name};TZID=\"{}\"", zone.replace('"', "")), value);
            }
            Some(zone) => self.raw(&format!("{name};TZID={zone}"), value),
        }
    }

    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for found in line.chars().filter(|found| !is_stray(*found)) {
            if octets + found.len_utf8() > MOST_OCTETS {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(found);
            octets += found.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// Escapes a text. Every way to end a line becomes `\n`.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for found in value.replace("\r\n", "\n").chars() {
        match found {
            '\\' | ',' | ';' => escaped.extend(['\\', found]),
            '\n' | '\r' => escaped.push_str("\\n"),
            _ => escaped.push(found),
        }
    }
    escaped
}
