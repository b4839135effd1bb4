//! Masks drawn from words: `rect:10%,10%,30%,40%`, `ellipse:120,80,400,300`.

use std::fmt;
use std::str::FromStr;

use super::Mask;
use crate::error::{Error, ErrorKind, Result};
use crate::suggest;

/// A shape in pixels or per cent of the picture: left, top, width, height.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    outline: Outline,
    edges: [Length; 4],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outline {
    Rect,
    Ellipse,
}

/// A length in pixels or in per cent of something named by its use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Pixels of the source.
    Pixels(f64),
    /// Per cent, 0 to 100.
    Percent(f64),
}

impl Length {
    /// The length in pixels, where 100 % is `whole`.
    pub fn pixels(self, whole: f64) -> f64 {
        match self {
            Self::Pixels(pixels) => pixels,
            Self::Percent(percent) => percent / 100.0 * whole,
        }
    }
}

impl FromStr for Length {
    type Err = Error;

    /// Reads `12`, `12px`, `1.5%`.
    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let (number, build): (&str, fn(f64) -> Self) = match trimmed.strip_suffix('%') {
            Some(number) => (number, Self::Percent),
            None => (trimmed.strip_suffix("px").unwrap_or(trimmed), Self::Pixels),
        };
        match number.trim().parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 => Ok(build(value)),
            _ => Err(Error::new(
                ErrorKind::Usage,
                format!("`{trimmed}` is not a length, expected pixels such as `12` or `1.5%`"),
            )),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => write!(f, "{pixels} px"),
            Self::Percent(percent) => write!(f, "{percent} %"),
        }
    }
}

impl Shape {
    /// The words a shape can begin with.
    pub const OUTLINES: [&'static str; 2] = ["rect", "ellipse"];

    /// Draws the shape on a picture's size. A pixel is in when its centre is.
    pub fn draw(&self, width: u32, height: u32) -> Mask {
        let (w, h) = (f64::from(width), f64::from(height));
        let [left, top] = [self.edges[0].pixels(w), self.edges[1].pixels(h)];
        let [across, down] = [self.edges[2].pixels(w), self.edges[3].pixels(h)];
        let mut mask = Mask::empty(width, height).coverage().to_vec();
        for (y, row) in mask.chunks_exact_mut(width.max(1) as usize).enumerate() {
            for (x, value) in row.iter_mut().enumerate() {
                let u = (x as f64 + 0.5 - left) / across;
                let v = (y as f64 + 0.5 - top) / down;
                let inside = match self.outline {
                    Outline::Rect => (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v),
                    Outline::Ellipse => (u - 0.5).hypot(v - 0.5) < 0.5,
                };
                *value = if inside { 255 } else { 0 };
            }
        }
        Mask::new(width, height, mask)
    }
}

impl FromStr for Shape {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |message: String| {
            Error::new(ErrorKind::Usage, message)
                .hint("a shape is `rect:LEFT,TOP,WIDTH,HEIGHT` in pixels or per cent, for example `rect:10%,10%,30%,40%`")
        };
        let (word, numbers) = text
            .split_once(':')
            .ok_or_else(|| wrong(format!("`{text}` is not a shape, a colon is missing")))?;
        let outline = match word.trim() {
            "rect" => Outline::Rect,
            "ellipse" => Outline::Ellipse,
            other => {
                return Err(wrong(format!(
                    "unknown shape `{other}`, expected {}",
                    suggest::one_of(Self::OUTLINES)
                )));
            }
        };
        let edges: Vec<Length> = numbers
            .split(',')
            .map(str::parse)
            .collect::<Result<_>>()
            .map_err(|fault: Error| wrong(format!("the shape `{text}` is wrong: {fault}")))?;
        let found = edges.len();
        let edges = edges.try_into().map_err(|_| {
            wrong(format!(
                "the shape `{text}` has {found} numbers, expected 4"
            ))
        })?;
        Ok(Self { outline, edges })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_drawn_in_pixels_and_per_cent() {
        let mask = "rect:10%,0,30%,5".parse::<Shape>().unwrap().draw(10, 10);
        assert_eq!(mask.coverage().iter().filter(|v| **v == 255).count(), 3 * 5);
        assert_eq!(
            (mask.at(0, 0), mask.at(1, 0), mask.at(3, 4), mask.at(4, 4)),
            (0, 255, 255, 0)
        );
        let disc = "ellipse:0,0,100%,100%"
            .parse::<Shape>()
            .unwrap()
            .draw(40, 40);
        let area = disc.share() * 1600.0;
        assert!((area - 1256.6).abs() < 20.0, "{area}");
    }

    #[test]
    fn wrong_shapes_say_what_was_expected() {
        for (text, part) in [
            ("rect:1,2,3", "3 numbers, expected 4"),
            ("rect:1,2,3,x", "`x` is not a length"),
            ("circle:1,2,3,4", "unknown shape `circle`"),
            ("rect:1,2,-3,4", "`-3` is not a length"),
        ] {
            let error = text.parse::<Shape>().unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
