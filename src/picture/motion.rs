//! Where a point of one picture lies in another: affine maps, and how people speak of them.
//!
//! Coordinates are continuous: pixel `i` covers `i` to `i + 1`, its centre is `i + 0.5`.

use serde::{Deserialize, Serialize};

/// An affine map of the plane: `(x, y)` goes to `(a·x + b·y + c, d·x + e·y + f)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// Columns gained per column.
    pub a: f64,
    /// Columns gained per row.
    pub b: f64,
    /// The column of the origin.
    pub c: f64,
    /// Rows gained per column.
    pub d: f64,
    /// Rows gained per row.
    pub e: f64,
    /// The row of the origin.
    pub f: f64,
}

impl Affine {
    /// Everything stays where it is.
    pub const IDENTITY: Self = Self {
        a: 1.0,
        b: 0.0,
        c: 0.0,
        d: 0.0,
        e: 1.0,
        f: 0.0,
    };

    /// Each axis multiplied, then moved.
    pub fn scaled(across: f64, down: f64, right: f64, below: f64) -> Self {
        Self {
            a: across,
            b: 0.0,
            c: right,
            d: 0.0,
            e: down,
            f: below,
        }
    }

    /// Where a point goes.
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.a * x + self.b * y + self.c,
            self.d * x + self.e * y + self.f,
        )
    }

    /// First `self`, then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self {
            a: next.a * self.a + next.b * self.d,
            b: next.a * self.b + next.b * self.e,
            c: next.a * self.c + next.b * self.f + next.c,
            d: next.d * self.a + next.e * self.d,
            e: next.d * self.b + next.e * self.e,
            f: next.d * self.c + next.e * self.f + next.f,
        }
    }

    /// The way back; `None` when the map flattens the plane.
    pub fn inverse(&self) -> Option<Self> {
        let area = self.a * self.e - self.b * self.d;
        if !area.is_finite() || area.abs() < 1e-9 {
            return None;
        }
        let (a, b, d, e) = (self.e / area, -self.b / area, -self.d / area, self.a / area);
        Some(Self {
            a,
            b,
            c: -(a * self.c + b * self.f),
            d,
            e,
            f: -(d * self.c + e * self.f),
        })
    }

    /// How far the map and another part at most over a rectangle from the origin, in pixels.
    pub fn farthest(&self, other: &Self, width: f64, height: f64) -> f64 {
        // An affine difference is greatest at a corner.
        [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
            .into_iter()
            .map(|(x, y)| {
                let ((u, v), (s, t)) = (self.apply(x, y), other.apply(x, y));
                (u - s).hypot(v - t)
            })
            .fold(0.0, f64::max)
    }

    /// The root of the mean square distance between the two maps over a rectangle from the origin.
    pub fn apart(&self, other: &Self, width: f64, height: f64) -> f64 {
        // The difference is linear, so its square integrates to the value in the middle and the
        // variance of a uniform coordinate, side² / 12, times each slope squared.
        let (u, v) = self.apply(width / 2.0, height / 2.0);
        let (s, t) = other.apply(width / 2.0, height / 2.0);
        let middle = (u - s).powi(2) + (v - t).powi(2);
        let across = (self.a - other.a).powi(2) + (self.d - other.d).powi(2);
        let down = (self.b - other.b).powi(2) + (self.e - other.e).powi(2);
        (middle + (across * width * width + down * height * height) / 12.0).sqrt()
    }
}

/// How the content of a reply lies relative to the source.
///
/// A faithful reply is 0, 0, 1, 1, 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Motion {
    /// How far the picture's centre lies to the right of its place, in pixels of the source.
    pub dx: f64,
    /// How far the picture's centre lies below its place, in pixels of the source.
    pub dy: f64,
    /// Above 1: the content is larger. The geometric mean of both axes.
    pub scale: f64,
    /// Horizontal over vertical scale.
    pub stretch: f64,
    /// In degrees, above 0: clockwise on screen.
    pub rotation: f64,
}

impl Motion {
    /// Nothing moved.
    pub const NONE: Self = Self {
        dx: 0.0,
        dy: 0.0,
        scale: 1.0,
        stretch: 1.0,
        rotation: 0.0,
    };

    /// The motion as a map of a picture onto itself, around its centre.
    pub fn around_centre(&self, width: f64, height: f64) -> Affine {
        let root = self.stretch.sqrt();
        let (across, down) = (self.scale * root, self.scale / root);
        let (sin, cos) = self.rotation.to_radians().sin_cos();
        let (x, y) = (width / 2.0, height / 2.0);
        let (a, b, d, e) = (cos * across, -sin * down, sin * across, cos * down);
        Affine {
            a,
            b,
            c: x + self.dx - a * x - b * y,
            d,
            e,
            f: y + self.dy - d * x - e * y,
        }
    }

    /// The motion that a map of a picture onto itself describes; shear, which no reply was seen to
    /// have, is shared out between the axes.
    pub fn of(map: &Affine, width: f64, height: f64) -> Self {
        let (x, y) = (width / 2.0, height / 2.0);
        let (u, v) = map.apply(x, y);
        let (across, down) = (map.a.hypot(map.d), map.b.hypot(map.e));
        // The turn of the columns and the turn of the rows, equal when there is no shear.
        let turns = (map.d.atan2(map.a), (-map.b).atan2(map.e));
        Self {
            dx: u - x,
            dy: v - y,
            scale: (across * down).sqrt(),
            stretch: if down > 0.0 { across / down } else { 1.0 },
            rotation: f64::midpoint(turns.0, turns.1).to_degrees(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn motions() -> impl Strategy<Value = Motion> {
        (-30.0..30.0, -30.0..30.0, 0.8..1.25, 0.9..1.1, -5.0..5.0).prop_map(
            |(dx, dy, scale, stretch, rotation)| Motion {
                dx,
                dy,
                scale,
                stretch,
                rotation,
            },
        )
    }

    proptest! {
        #[test]
        fn a_motion_survives_becoming_a_map(motion in motions(), w in 1.0..4000.0, h in 1.0..4000.0) {
            let again = Motion::of(&motion.around_centre(w, h), w, h);
            prop_assert!((again.dx - motion.dx).abs() < 1e-6 && (again.dy - motion.dy).abs() < 1e-6);
            prop_assert!((again.scale - motion.scale).abs() < 1e-9);
            prop_assert!((again.stretch - motion.stretch).abs() < 1e-9);
            prop_assert!((again.rotation - motion.rotation).abs() < 1e-6);
        }

        #[test]
        fn there_and_back_is_the_identity(motion in motions(), x in -9.0..900.0, y in -9.0..900.0) {
            let map = motion.around_centre(640.0, 480.0);
            let (u, v) = map.then(&map.inverse().unwrap()).apply(x, y);
            prop_assert!((u - x).abs() < 1e-6 && (v - y).abs() < 1e-6);
        }

        #[test]
        fn the_distance_over_a_frame_is_its_integral(one in motions(), other in motions()) {
            let (w, h) = (64.0, 40.0);
            let (one, other) = (one.around_centre(w, h), other.around_centre(w, h));
            let mut sum = 0.0;
            for y in 0..40 {
                for x in 0..64 {
                    let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                    let ((u, v), (s, t)) = (one.apply(x, y), other.apply(x, y));
                    sum += (u - s).powi(2) + (v - t).powi(2);
                }
            }
            let mean = (sum / (w * h)).sqrt();
            prop_assert!((one.apart(&other, w, h) - mean).abs() < 0.01 * mean + 1e-6);
            prop_assert!(one.farthest(&other, w, h) >= one.apart(&other, w, h));
        }
    }

    #[test]
    fn words_mean_what_people_see() {
        let right = Motion {
            dx: 3.0,
            ..Motion::NONE
        }
        .around_centre(100.0, 50.0);
        assert_eq!(right.apply(10.0, 10.0), (13.0, 10.0));
        let larger = Motion {
            scale: 1.1,
            ..Motion::NONE
        }
        .around_centre(100.0, 50.0);
        assert!(larger.apply(0.0, 0.0).0 < 0.0 && larger.apply(100.0, 50.0).0 > 100.0);
        // Clockwise on screen: the top middle goes to the right.
        let turned = Motion {
            rotation: 10.0,
            ..Motion::NONE
        }
        .around_centre(100.0, 100.0);
        assert!(turned.apply(50.0, 0.0).0 > 50.0);
    }
}
