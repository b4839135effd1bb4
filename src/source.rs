//! Texts with names, and places in them.
//!
//! Whatever a user wrote by hand is kept as a [`Source`], so that an error about it can show the
//! line with carets under the fault.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

/// A text a user wrote, with the name to show for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// A path as the user typed it, or a name such as `background-swap (built-in)`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Keeps a text for later reference.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
        })
    }

    /// The place of a range of bytes in this text.
    pub fn place(self: &Arc<Self>, span: Range<usize>) -> Place {
        Place {
            source: Arc::clone(self),
            span,
        }
    }
}

/// A range of bytes in a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    source: Arc<Source>,
    span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1; the column counts characters.
    pub fn line_and_column(&self) -> (usize, usize) {
        let (line, start) = self.line_start();
        (
            line,
            self.source.text[start..self.clamped().start]
                .chars()
                .count()
                + 1,
        )
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// `name:line:column`, the line itself, and carets under the range.
    ///
    /// A range over several lines is marked to the end of its first line. Tabs are shown as four
    /// spaces; wide characters get two carets.
    pub fn excerpt(&self) -> String {
        let (line, column) = self.line_and_column();
        let (_, start) = self.line_start();
        let rest = &self.source.text[start..];
        let shown = rest
            .split('\n')
            .next()
            .unwrap_or_default()
            .trim_end_matches('\r');
        let span = self.clamped();
        let from = span.start - start;
        let to = (span.end - start).clamp(from, shown.len().max(from));
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        let (shown, from, to) = windowed(shown, from, to);
        let width = |text: &str| text.chars().map(columns).sum::<usize>();
        let before = width(shown.get(..from).unwrap_or(&shown));
        let marked = width(shown.get(from..to).unwrap_or_default()).max(1);
        let mut text = String::new();
        let name = &self.source.name;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{gutter}──▶ {name}:{line}:{column}");
        let _ = writeln!(text, "{gutter} │");
        let _ = writeln!(text, "{number} │ {}", shown.replace('\t', "    "));
        let _ = writeln!(
            text,
            "{gutter} │ {}{}",
            " ".repeat(before),
            "^".repeat(marked)
        );
        text
    }

    /// The range moved into the text and onto character borders, so that slicing cannot fail.
    fn clamped(&self) -> Range<usize> {
        let text = &self.source.text;
        let floor = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(self.span.start);
        start..floor(self.span.end).max(start)
    }

    /// Number of the line (from 1) and the byte at which it starts.
    fn line_start(&self) -> (usize, usize) {
        let before = &self.source.text[..self.clamped().start];
        (
            before.matches('\n').count() + 1,
            before.rfind('\n').map_or(0, |at| at + 1),
        )
    }
}

/// A line too long to be read is cut around the fault.
fn windowed(line: &str, from: usize, to: usize) -> (String, usize, usize) {
    const WIDE: usize = 160;
    const AROUND: usize = 60;
    if line.len() <= WIDE {
        return (line.to_owned(), from, to);
    }
    let from = line.floor_char_boundary(from);
    let to = line.floor_char_boundary(to.min(from + AROUND)).max(from);
    let start = line.floor_char_boundary(from.saturating_sub(AROUND));
    let end = line.floor_char_boundary((to + AROUND).min(line.len()));
    let (before, after) = (
        if start > 0 { "…" } else { "" },
        if end < line.len() { "…" } else { "" },
    );
    let shown = format!("{before}{}{after}", &line[start..end]);
    (
        shown,
        from - start + before.len(),
        to - start + before.len(),
    )
}

fn columns(character: char) -> usize {
    if character == '\t' {
        4
    } else {
        character.width().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_fault() {
        let source = Source::new("a.toml", "recipe = 1\npromt = \"x\"\n");
        let expected = " ──▶ a.toml:2:1\n  │\n2 │ promt = \"x\"\n  │ ^^^^^\n".to_owned();
        assert_eq!(source.place(11..16).excerpt(), expected);
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_carets_in_place() {
        let source = Source::new("a.toml", "\t杯 = 1");
        let excerpt = source.place(5..6).excerpt();
        assert!(
            excerpt.ends_with("1 │     杯 = 1\n  │        ^\n"),
            "{excerpt}"
        );
    }

    #[test]
    fn a_range_past_the_end_points_at_the_end() {
        let source = Source::new("a.toml", "ab\n");
        assert!(source.place(40..50).excerpt().contains("a.toml:2:1"));
    }
}
