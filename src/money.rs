//! Money in whole millionths of a US dollar: sums of prices must not drift.

use std::fmt;

use serde::{Serialize, Serializer};

/// An amount of US dollars, exact to a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money {
    micros: u64,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { micros: 0 };

    /// An amount in millionths of a dollar.
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// Whether it costs nothing.
    pub fn is_zero(self) -> bool {
        self.micros == 0
    }
}

impl std::ops::Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            micros: self.micros.saturating_add(other.micros),
        }
    }
}

/// A plain decimal: `0`, `0.04`, `1.25`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.micros / 1_000_000, self.micros % 1_000_000);
        if part == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{part:06}").trim_end_matches('0'))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_decimals() {
        assert_eq!(Money::ZERO.to_string(), "0");
        assert_eq!(Money::from_micros(40_000).to_string(), "0.04");
        assert_eq!(
            (Money::from_micros(999_999) + Money::from_micros(1)).to_string(),
            "1"
        );
        assert_eq!(Money::from_micros(1_250_001).to_string(), "1.250001");
    }
}
