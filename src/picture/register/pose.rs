//! The pose of a reply: where the content of what was sent lies in it, and how the pose is
//! improved until what is seen agrees.
//!
//! Gauss-Newton on the brightness of points with a clear slope, after Lucas and Kanade, "An
//! Iterative Image Registration Technique with an Application to Stereo Vision" (IJCAI 1981), with
//! Tukey's biweight, so that what the model changed has no say, and with the contrast as one more
//! unknown, so that a change of tone has none either.

use super::super::motion::Affine;
use super::plane::Plane;

/// An affine map around the centre of what was sent. A turned picture that is stretched with its
/// frame is sheared, so nothing less will do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    /// Where the centre of what was sent lies in the reply, in its pixels.
    pub(super) x: f64,
    pub(super) y: f64,
    /// Columns of the reply per column and per row of what was sent.
    pub(super) a: f64,
    pub(super) b: f64,
    /// Rows of the reply per column and per row of what was sent.
    pub(super) d: f64,
    pub(super) e: f64,
}

impl Pose {
    /// A pose that scales each axis.
    pub(super) fn upright(x: f64, y: f64, across: f64, down: f64) -> Self {
        Self {
            x,
            y,
            a: across,
            b: 0.0,
            d: 0.0,
            e: down,
        }
    }

    /// The same pose on planes of another size.
    pub(super) fn times(&self, factor: f64) -> Self {
        Self {
            x: self.x * factor,
            y: self.y * factor,
            ..*self
        }
    }

    /// The map from a sent picture of this size to the reply.
    pub(super) fn map(&self, width: f64, height: f64) -> Affine {
        let Self { x, y, a, b, d, e } = *self;
        let (u, v) = (width / 2.0, height / 2.0);
        Affine {
            a,
            b,
            c: x - a * u - b * v,
            d,
            e,
            f: y - d * u - e * v,
        }
    }
}

/// A place of what was sent that says where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// Relative to the centre of what was sent.
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) value: f32,
    pub(super) slope: (f32, f32),
}

/// The least number of points that can carry six unknowns with outliers among them.
pub(super) const FEWEST_POINTS: usize = 24;

/// A step by less moves nothing that one could see, in pixels of the plane.
const STILL: f64 = 0.006;

/// A squared slope below this is told from grain no better than one of this.
const STEEP: f32 = 1.0;

/// Tukey's constant for 95 % efficiency.
const TUKEY: f32 = 4.685;
/// From the median of absolute values to the standard deviation of a normal distribution.
const MEDIAN_TO_SIGMA: f32 = 1.4826;

/// How well a pose explains the reply.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) pose: Pose,
    /// The share of the points that is not explained, 0 perfect to 1 nothing in common.
    pub(super) cost: f64,
    /// How far the last step still moved a corner, in pixels of the plane.
    pub(super) moved: f64,
}

/// Improves a pose; `reach` is half the diagonal of what was sent, in pixels of the plane.
pub(super) fn refine(points: &[Point], reply: &Plane, from: Pose, reach: f64, steps: usize) -> Fit {
    let mut fit = Fit {
        pose: from,
        cost: 1.0,
        moved: f64::INFINITY,
    };
    let mut view = View::default();
    for _ in 0..steps {
        view.look(points, reply, &fit.pose);
        let Some(normal) = view.normal(points, &fit.pose) else {
            return fit;
        };
        let Some([x, y, a, b, d, e, _]) = solve(normal.matrix, normal.right) else {
            return fit;
        };
        // A step over a tenth of the frame is a leap, not an improvement.
        let limit = (0.1 * reach).max(1.0);
        let moved = x.hypot(y) + reach * a.abs().max(b.abs()).max(d.abs()).max(e.abs());
        let share = (limit / moved).min(1.0);
        fit.pose.x += share * x;
        fit.pose.y += share * y;
        fit.pose.a += share * a;
        fit.pose.b += share * b;
        fit.pose.d += share * d;
        fit.pose.e += share * e;
        fit.moved = moved;
        if moved < STILL {
            break;
        }
    }
    view.look(points, reply, &fit.pose);
    fit.cost = view.cost(points);
    fit
}

/// How far the farthest corner of the frame may still be off, in pixels of the plane, as one
/// standard deviation; infinite where the points leave a direction open.
pub(super) fn doubt(points: &[Point], reply: &Plane, pose: &Pose, half: (f64, f64)) -> f64 {
    let mut view = View::default();
    view.look(points, reply, pose);
    let Some(normal) = view.normal(points, pose) else {
        return f64::INFINITY;
    };
    // What is left is not independent from point to point: neighbours share their noise.
    let variance = f64::from(normal.sigma).powi(2) * 4.0;
    let unit = |i: usize| {
        let mut right = [0.0; UNKNOWNS];
        right[i] = 1.0;
        solve(normal.matrix, right)
    };
    let mut covariance = [[0.0; UNKNOWNS]; UNKNOWNS];
    for (i, row) in covariance.iter_mut().enumerate() {
        let Some(column) = unit(i) else {
            return f64::INFINITY;
        };
        *row = column;
    }
    let worst = [(1.0, 1.0), (1.0, -1.0)].into_iter().map(|(right, below)| {
        let (x, y) = (right * half.0, below * half.1);
        // How the corner moves with each unknown.
        let column = [1.0, 0.0, x, y, 0.0, 0.0, 0.0];
        let row = [0.0, 1.0, 0.0, 0.0, x, y, 0.0];
        let along = |way: &[f64; UNKNOWNS]| -> f64 {
            (0..UNKNOWNS)
                .flat_map(|i| (0..UNKNOWNS).map(move |j| (i, j)))
                .map(|(i, j)| way[i] * covariance[i][j] * way[j])
                .sum()
        };
        along(&column) + along(&row)
    });
    (variance * worst.fold(0.0, f64::max)).sqrt()
}

/// What the points see in the reply under a pose, and how its contrast compares.
#[derive(Debug, Default)]
struct View {
    /// The reply at each point; NaN where it lies out of sight.
    seen: Vec<f32>,
    gain: f32,
    /// Room for the median.
    sizes: Vec<f32>,
}

/// x, y, a, b, d, e and the contrast.
const UNKNOWNS: usize = 7;
type Matrix = [[f64; UNKNOWNS]; UNKNOWNS];

/// The normal equations of one step.
struct Normal {
    matrix: Matrix,
    right: [f64; UNKNOWNS],
    sigma: f32,
}

impl View {
    fn look(&mut self, points: &[Point], reply: &Plane, pose: &Pose) {
        // Coordinates of at most 2,048 pixels keep 1/8,000 of a pixel in single floats.
        let [x, y, a, b, d, e] = [pose.x, pose.y, pose.a, pose.b, pose.d, pose.e].map(|v| v as f32);
        self.seen.clear();
        self.seen.extend(points.iter().map(|point| {
            let (u, v) = (x + a * point.x + b * point.y, y + d * point.x + e * point.y);
            reply.at(u, v).unwrap_or(f32::NAN)
        }));
        self.gain = self.contrast(points);
    }

    /// The contrast of the reply over that of what was sent: a robust slope through the origin.
    fn contrast(&self, points: &[Point]) -> f32 {
        let (mut gain, mut sigma) = (1.0_f32, f32::INFINITY);
        for _ in 0..3 {
            let (mut product, mut square, mut off, mut count) =
                (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
            for (point, seen) in points.iter().zip(&self.seen) {
                let rest = (seen - gain * point.value).abs();
                // NaN is greater than nothing.
                if rest < 2.5 * sigma {
                    product += seen * point.value;
                    square += point.value * point.value;
                }
                if !rest.is_nan() {
                    off += rest.min(sigma * 3.0);
                    count += 1.0;
                }
            }
            if square <= 0.0 || count < 1.0 {
                return gain;
            }
            gain = (product / square).clamp(0.5, 2.0);
            // The mean of absolute values is 0.8 standard deviations of a normal distribution.
            sigma = (off / count * 1.25).max(0.25);
        }
        gain
    }

    /// One step of Gauss-Newton.
    fn normal(&mut self, points: &[Point], pose: &Pose) -> Option<Normal> {
        let gain = self.gain;
        // Slopes of what was sent become slopes in the reply's own pixels by the map's inverse.
        let area = pose.a * pose.e - pose.b * pose.d;
        if area.abs() < 1e-6 {
            return None;
        }
        let [a, b, d, e] = [pose.e, -pose.d, -pose.b, pose.a].map(|v| (v / area) as f32 * gain);
        let sigma = self.spread(points)?;
        let cut = 1.0 / (TUKEY * sigma);
        let (mut matrix, mut right) = ([[0.0; UNKNOWNS]; UNKNOWNS], [0.0; UNKNOWNS]);
        for (point, seen) in points.iter().zip(&self.seen) {
            let rest = seen - gain * point.value;
            let relative = rest * cut;
            // NaN is a point out of sight.
            if relative.is_nan() || relative.abs() >= 1.0 {
                continue;
            }
            let weight = (1.0 - relative * relative).powi(2);
            let (p, q) = point.slope;
            let (gx, gy) = (a * p + b * q, d * p + e * q);
            let row = [
                gx,
                gy,
                gx * point.x,
                gx * point.y,
                gy * point.x,
                gy * point.y,
                -point.value,
            ];
            for i in 0..UNKNOWNS {
                let weighted = weight * row[i];
                right[i] -= f64::from(weighted * rest);
                for j in i..UNKNOWNS {
                    matrix[i][j] += f64::from(weighted * row[j]);
                }
            }
        }
        Some(Normal {
            matrix,
            right,
            sigma,
        })
    }

    /// The spread of what is left, from the median; `None` with too few points in sight.
    fn spread(&mut self, points: &[Point]) -> Option<f32> {
        let pairs = points.iter().zip(&self.seen);
        self.sizes.clear();
        self.sizes.extend(
            pairs
                .map(|(point, seen)| (seen - self.gain * point.value).abs())
                .filter(|r| !r.is_nan()),
        );
        if self.sizes.len() < FEWEST_POINTS {
            return None;
        }
        let middle = self.sizes.len() / 2;
        let (_, median, _) = self.sizes.select_nth_unstable_by(middle, f32::total_cmp);
        // Less than a quarter of a level is the noise of rounding.
        Some((*median * MEDIAN_TO_SIGMA).max(0.25))
    }

    /// How much of what the points show is not explained, 0 to 1: each point has one vote, and what
    /// is left at it over its slope is about how far off it lies. Points out of sight are
    /// unexplained.
    fn cost(&self, points: &[Point]) -> f64 {
        let votes = points.iter().zip(&self.seen).map(|(point, seen)| {
            let (across, down) = point.slope;
            let steep = (across * across + down * down).max(STEEP);
            // The lesser of a limit and NaN is the limit.
            ((seen - self.gain * point.value).powi(2) / steep).min(1.0)
        });
        f64::from(votes.sum::<f32>() / points.len().max(1) as f32)
    }
}

/// Solves the symmetric system by elimination with a little damping; `None` when it has no answer.
#[expect(
    clippy::needless_range_loop,
    reason = "rows and columns of a matrix are told by numbers"
)]
fn solve(mut matrix: Matrix, mut right: [f64; UNKNOWNS]) -> Option<[f64; UNKNOWNS]> {
    for i in 0..UNKNOWNS {
        for j in 0..i {
            matrix[i][j] = matrix[j][i];
        }
        // A direction in which nothing is seen stays as it is.
        matrix[i][i] = matrix[i][i] * (1.0 + 1e-6) + 1e-9;
    }
    for i in 0..UNKNOWNS {
        let pivot = matrix[i][i];
        if !pivot.is_finite() || pivot.abs() < 1e-12 {
            return None;
        }
        for k in i + 1..UNKNOWNS {
            let factor = matrix[k][i] / pivot;
            for j in i..UNKNOWNS {
                matrix[k][j] -= factor * matrix[i][j];
            }
            right[k] -= factor * right[i];
        }
    }
    let mut answer = [0.0; UNKNOWNS];
    for i in (0..UNKNOWNS).rev() {
        let known: f64 = (i + 1..UNKNOWNS).map(|j| matrix[i][j] * answer[j]).sum();
        answer[i] = (right[i] - known) / matrix[i][i];
    }
    answer
        .iter()
        .all(|value| value.is_finite())
        .then_some(answer)
}
