//! What a reply shows of a picture, and what follows where it shows nothing.

use super::Weights;
use super::motion::Affine;

/// Which pixels of a picture a reply really shows: a stretch of every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    rows: Vec<(u32, u32)>,
}

impl Cover {
    /// All of a picture.
    pub fn everything(width: u32, height: u32) -> Self {
        Self {
            rows: vec![(0, width); height as usize],
        }
    }

    /// What a reply of `size` shows of a picture of `width` × `height`, when `map` leads from the
    /// picture to the reply.
    pub fn of(map: &Affine, size: (u32, u32), width: u32, height: u32) -> Self {
        let (w, h) = (f64::from(size.0), f64::from(size.1));
        // A tenth of a pixel beyond the last centre is no gap.
        let slack = 0.6;
        let row = |y: u32| {
            let y = f64::from(y) + 0.5;
            let (mut from, mut to) = (0.0_f64, f64::from(width));
            // Both coordinates of the reply are linear along the row.
            for (slope, start, end) in
                [(map.a, map.b * y + map.c, w), (map.d, map.e * y + map.f, h)]
            {
                let (low, high) = (0.5 - slack - start, end - 0.5 + slack - start);
                if slope.abs() < 1e-12 {
                    if low > 0.0 || high < 0.0 {
                        to = from;
                    }
                    continue;
                }
                let (a, b) = (low / slope - 0.5, high / slope - 0.5);
                from = from.max(a.min(b).ceil());
                to = to.min(a.max(b).floor() + 1.0);
            }
            // Both lie between 0 and the width.
            if to > from {
                (from as u32, to as u32)
            } else {
                (0, 0)
            }
        };
        Self {
            rows: (0..height).map(row).collect(),
        }
    }

    /// The stretch of a row: its first column, and the one behind its last.
    pub fn row(&self, y: u32) -> (u32, u32) {
        self.rows[y as usize]
    }

    /// Whether a pixel is shown.
    pub fn holds(&self, x: u32, y: u32) -> bool {
        let (from, to) = self.row(y);
        (from..to).contains(&x)
    }

    /// Whether every pixel of a picture of this width is shown.
    pub fn is_whole(&self, width: u32) -> bool {
        self.rows.iter().all(|row| *row == (0, width))
    }
}

impl Weights {
    /// Nothing may change: every pixel is locked.
    pub fn nothing(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            values: vec![0; width as usize * height as usize],
        }
    }

    /// The same weights with everything locked only where a reply shows it.
    #[must_use]
    pub fn within(&self, cover: &Cover) -> Self {
        self.beyond(cover, |value| *value = (*value).max(1))
    }

    /// The same weights with nothing to change where a reply does not show it.
    #[must_use]
    pub fn shown(&self, cover: &Cover) -> Self {
        self.beyond(cover, |value| *value = 0)
    }

    fn beyond(&self, cover: &Cover, change: impl Fn(&mut u8)) -> Self {
        let mut values = self.values.clone();
        let rows = values.chunks_exact_mut((self.width as usize).max(1));
        for (y, row) in (0_u32..).zip(rows) {
            let (from, to) = cover.row(y);
            let (before, rest) = row.split_at_mut(from as usize);
            before
                .iter_mut()
                .chain(&mut rest[(to - from) as usize..])
                .for_each(&change);
        }
        Self { values, ..*self }
    }
}
