//! `range` as in Python: an object that is written as what it was made of.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, Value};

/// More than this many numbers are no list for a mail, and Jinja2's sandbox refuses them, too.
const MAX_ITEMS: i64 = 100_000;

/// Whole numbers, each a step from the one before.
#[derive(Debug)]
pub(crate) struct Range {
    start: i64,
    stop: i64,
    step: i64,
    length: i64,
}

/// `range(stop)`, `range(start, stop)` or `range(start, stop, step)`.
pub(crate) fn range(first: i64, second: Option<i64>, step: Option<i64>) -> Result<Value, Error> {
    let (start, stop) = second.map_or((0, first), |stop| (first, stop));
    let step = step.unwrap_or(1);
    let refused = |why: &'static str| Error::new(ErrorKind::InvalidOperation, why);
    let span = match step {
        0 => return Err(refused("the step of a range is not 0")),
        1.. => stop.checked_sub(start),
        _ => start.checked_sub(stop),
    };
    let size = step.checked_abs().unwrap_or(i64::MAX);
    let length = span.map_or(i64::MAX, |span| {
        span.max(0) / size + i64::from(span.max(0) % size != 0)
    });
    if length > MAX_ITEMS {
        return Err(refused("the range has more than 100000 numbers"));
    }
    Ok(Value::from_object(Range {
        start,
        stop,
        step,
        length,
    }))
}

pub(crate) fn is_range(value: &Value) -> bool {
    value.downcast_object_ref::<Range>().is_some()
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = i64::try_from(key.as_usize()?).ok()?;
        (index < self.length).then(|| Value::from(self.start + index * self.step))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let Self {
            start, step, length, ..
        } = **self;
        Enumerator::Iter(Box::new(
            (0..length).map(move |index| Value::from(start + index * step)),
        ))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            start, stop, step, ..
        } = **self;
        if step == 1 {
            write!(f, "range({start}, {stop})")
        } else {
            write!(f, "range({start}, {stop}, {step})")
        }
    }
}
