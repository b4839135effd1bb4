//! What an extended scene should roughly show.

use super::level::{Level, REACH};

/// The colours an extended scene should have, before it has any texture.
///
/// Without it the search copies whatever fits: above a head it puts another head.
pub(super) struct Guide {
    pub(super) wanted: Vec<[f32; 3]>,
    pub(super) offered: Vec<[f32; 3]>,
}

impl Guide {
    /// Continues the border outward, ever more blurred along it, and blurs the known part alike.
    pub(super) fn new(level: &Level, [left, top, right, bottom]: [i32; 4]) -> Self {
        let (w, h) = (level.width as i32, level.height as i32);
        let mut wanted = level.color.clone();
        let at = |x: i32, y: i32| (y * w + x) as usize;
        for (first, last, step) in [(top - 1, 0, -1), (bottom + 1, h - 1, 1)] {
            let count = (last - first) * step + 1;
            for n in 0..count.max(0) {
                let (y, from) = (first + n * step, first + (n - 1) * step);
                let row: Vec<[f32; 3]> = (0..w).map(|x| wanted[at(x, from)]).collect();
                for (x, color) in blurred(&row, 1 + n as usize / 10).into_iter().enumerate() {
                    wanted[at(x as i32, y)] = color;
                }
            }
        }
        for (first, last, step) in [(left - 1, 0, -1), (right + 1, w - 1, 1)] {
            let count = (last - first) * step + 1;
            for n in 0..count.max(0) {
                let (x, from) = (first + n * step, first + (n - 1) * step);
                let column: Vec<[f32; 3]> = (0..h).map(|y| wanted[at(from, y)]).collect();
                for (y, color) in blurred(&column, 1 + n as usize / 10)
                    .into_iter()
                    .enumerate()
                {
                    wanted[at(x, y as i32)] = color;
                }
            }
        }
        let reach = REACH as usize;
        let mut offered: Vec<[f32; 3]> = level
            .color
            .chunks_exact(level.width)
            .flat_map(|row| blurred(row, reach))
            .collect();
        for x in 0..level.width {
            let column: Vec<[f32; 3]> = (0..level.height)
                .map(|y| offered[y * level.width + x])
                .collect();
            for (y, color) in blurred(&column, reach).into_iter().enumerate() {
                offered[y * level.width + x] = color;
            }
        }
        Self { wanted, offered }
    }
}

/// A running mean; the ends are repeated.
fn blurred(line: &[[f32; 3]], radius: usize) -> Vec<[f32; 3]> {
    let last = line.len() as isize - 1;
    let reach = radius as isize;
    let at = |n: isize| line[n.clamp(0, last) as usize];
    let add = |sum: &mut [f32; 3], color: [f32; 3], sign: f32| {
        for (sum, value) in sum.iter_mut().zip(color) {
            *sum += value * sign;
        }
    };
    let mut sum = [0.0; 3];
    (-reach..=reach).for_each(|n| add(&mut sum, at(n), 1.0));
    (0..=last)
        .map(|n| {
            let mean = sum.map(|sum| sum / (2 * radius + 1) as f32);
            add(&mut sum, at(n + reach + 1), 1.0);
            add(&mut sum, at(n - reach), -1.0);
            mean
        })
        .collect()
}
