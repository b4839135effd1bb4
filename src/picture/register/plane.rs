//! One channel of brightness in single floats, and the pyramid that is made of it.
//!
//! Coordinates are continuous: pixel `i` covers `i` to `i + 1`, so halving a plane halves every
//! coordinate exactly.

use super::super::{Layout, Picture};

/// Brightness of a picture, 0 to 255, or what a filter made of it.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// Luma of a picture, averaged over squares of `step` pixels; under transparency it is dark.
    pub(super) fn luma(picture: &Picture, step: usize) -> Self {
        let (w, h) = (picture.width() as usize, picture.height() as usize);
        let (width, height) = (w.div_ceil(step), h.div_ceil(step));
        let mut values = vec![0.0; width * height];
        if step == 1 {
            for (y, out) in values.chunks_exact_mut(width.max(1)).enumerate() {
                brightness(picture.layout(), picture.row(y as u32), out);
            }
            return Self {
                width,
                height,
                values,
            };
        }
        let mut line = vec![0.0; w];
        for (row, out) in values.chunks_exact_mut(width.max(1)).enumerate() {
            let below = (row * step..(row * step + step).min(h)).len() as f32;
            for y in row * step..(row * step + step).min(h) {
                brightness(picture.layout(), picture.row(y as u32), &mut line);
                for (value, cells) in out.iter_mut().zip(line.chunks(step)) {
                    *value += cells.iter().sum::<f32>() / (cells.len() as f32 * below);
                }
            }
        }
        Self {
            width,
            height,
            values,
        }
    }

    /// Half the size, each pixel the mean of the four it covers.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let upper = self.row(2 * y);
            let lower = self.row((2 * y + 1).min(self.height - 1));
            let pairs = upper.chunks(2).zip(lower.chunks(2));
            values
                .extend(pairs.map(|(a, b)| (a[0] + a[a.len() - 1] + b[0] + b[b.len() - 1]) * 0.25));
        }
        Self {
            width,
            height,
            values,
        }
    }

    pub(super) fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..][..self.width]
    }

    /// Without grain and without slow changes of tone: a binomial blur with the weights 1, 2, 1, less
    /// the mean of a square of `2 × radius + 1`. The border is repeated.
    pub(super) fn detail(&self, radius: usize) -> Self {
        let mut detail = self.smoothed();
        let (w, h) = (self.width, self.height);
        let share = 1.0 / ((2 * radius + 1) * (2 * radius + 1)) as f32;
        // Sums along the rows that the square of the current row covers, and their sum.
        let rows = 2 * radius + 2;
        let mut ring = vec![0.0; rows * w];
        let mut sums = vec![0.0_f32; w];
        for y in 0..=radius {
            let slot = y % rows * w;
            along(detail.row(y.min(h - 1)), radius, &mut ring[slot..][..w]);
            let times = if y == 0 { radius + 1 } else { 1 } as f32;
            for (sum, value) in sums.iter_mut().zip(&ring[slot..][..w]) {
                *sum += value * times;
            }
        }
        for y in 0..h {
            // The row that enters next is read before its place is written.
            let enters = y + radius + 1;
            along(
                detail.row(enters.min(h - 1)),
                radius,
                &mut ring[enters % rows * w..][..w],
            );
            let leaves = y.saturating_sub(radius);
            let row = &mut detail.values[y * w..][..w];
            for (value, sum) in row.iter_mut().zip(&sums) {
                *value -= sum * share;
            }
            let (new, old) = (
                &ring[enters % rows * w..][..w],
                &ring[leaves % rows * w..][..w],
            );
            for ((sum, new), old) in sums.iter_mut().zip(new).zip(old) {
                *sum += new - old;
            }
        }
        detail
    }

    /// The blur: each row along itself, then three of them together.
    fn smoothed(&self) -> Self {
        let (w, h) = (self.width, self.height);
        let mut ring = vec![0.0; 3 * w];
        let blur = |y: usize, out: &mut [f32]| {
            let row = self.row(y);
            let last = w - 1;
            out[0] = (3.0 * row[0] + row[1.min(last)]) * 0.25;
            for (value, three) in out[1..].iter_mut().zip(row.windows(3)) {
                *value = (three[0] + 2.0 * three[1] + three[2]) * 0.25;
            }
            if last > 0 {
                out[last] = (3.0 * row[last] + row[last - 1]) * 0.25;
            }
        };
        let mut values = Vec::with_capacity(w * h);
        blur(0, &mut ring[..w]);
        for y in 0..h {
            if y + 1 < h {
                blur(y + 1, &mut ring[(y + 1) % 3 * w..][..w]);
            }
            let line = |y: usize| &ring[y % 3 * w..][..w];
            let three = line(y.saturating_sub(1))
                .iter()
                .zip(line(y))
                .zip(line((y + 1).min(h - 1)));
            values.extend(three.map(|((a, b), c)| (a + 2.0 * b + c) * 0.25));
        }
        Self { values, ..*self }
    }

    /// The value between pixel centres; `None` outside of them.
    #[inline]
    pub(super) fn at(&self, u: f32, v: f32) -> Option<f32> {
        let (u, v) = (u - 0.5, v - 0.5);
        if !(u >= 0.0 && v >= 0.0) {
            return None;
        }
        // Both are at least 0, so the cast rounds down.
        let (left, top) = (u as usize, v as usize);
        if left + 1 >= self.width || top + 1 >= self.height {
            return None;
        }
        let (fx, fy) = (u - left as f32, v - top as f32);
        let upper = &self.values[top * self.width + left..][..2];
        let lower = &self.values[(top + 1) * self.width + left..][..2];
        let above = upper[0] + fx * (upper[1] - upper[0]);
        let below = lower[0] + fx * (lower[1] - lower[0]);
        Some(above + fy * (below - above))
    }

    /// The slope at a pixel, per pixel; 0 at the border.
    #[inline]
    pub(super) fn slope(&self, x: usize, y: usize) -> (f32, f32) {
        if x == 0 || y == 0 || x + 1 >= self.width || y + 1 >= self.height {
            return (0.0, 0.0);
        }
        let at = y * self.width + x;
        let v = &self.values;
        (
            (v[at + 1] - v[at - 1]) * 0.5,
            (v[at + self.width] - v[at - self.width]) * 0.5,
        )
    }

    /// The squared slopes of a row but its ends, into `out`; `y` is no row of the border.
    pub(super) fn steepness(&self, y: usize, out: &mut [f32]) {
        let (above, row, below) = (self.row(y - 1), self.row(y), self.row(y + 1));
        let ends = out.len() - 1;
        let inner = &mut out[1..ends];
        let columns = row.windows(3).zip(&above[1..ends]).zip(&below[1..ends]);
        for (value, ((three, above), below)) in inner.iter_mut().zip(columns) {
            let (across, down) = (three[2] - three[0], below - above);
            *value = (across * across + down * down) * 0.25;
        }
    }
}

/// The sums of `2 × radius + 1` neighbours along a row; its ends are repeated.
fn along(row: &[f32], radius: usize, out: &mut [f32]) {
    let last = row.len() - 1;
    let mut sum: f32 =
        row[0] * (radius + 1) as f32 + (1..=radius).map(|x| row[x.min(last)]).sum::<f32>();
    let inner = radius..row.len().saturating_sub(radius + 1).max(radius);
    for x in 0..row.len() {
        out[x] = sum;
        sum += if inner.contains(&x) {
            row[x + radius + 1] - row[x - radius]
        } else {
            row[(x + radius + 1).min(last)] - row[x.saturating_sub(radius)]
        };
    }
}

fn brightness(layout: Layout, row: &[u8], out: &mut [f32]) {
    let luma =
        |r: u8, g: u8, b: u8| 0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b);
    let pixels = out.iter_mut().zip(row.chunks_exact(layout.channels()));
    match layout {
        Layout::Grey => pixels.for_each(|(out, p)| *out = f32::from(p[0])),
        Layout::GreyAlpha => {
            pixels.for_each(|(out, p)| *out = f32::from(p[0]) * f32::from(p[1]) / 255.0);
        }
        Layout::Rgb => pixels.for_each(|(out, p)| *out = luma(p[0], p[1], p[2])),
        Layout::Rgba => {
            pixels.for_each(|(out, p)| *out = luma(p[0], p[1], p[2]) * f32::from(p[3]) / 255.0);
        }
    }
}
