//! The carrier, which misbehaves in every way that it can, and tells what became of each mail, late and more than once.

use std::time::Duration;

use campaign::{Address, DeliveryId, Fate, Reason, Sent, Told};
use chrono::TimeDelta;
use futures_util::FutureExt;

use super::world::World;
use crate::Carrier;

impl World {
    pub(super) fn carrier(&self) -> Carrier {
        let world = self.clone();
        Carrier::Simulated(std::sync::Arc::new(move |delivery, _| {
            let world = world.clone();
            async move { world.carry(&delivery.id, &delivery.address).await }.boxed()
        }))
    }

    async fn carry(&self, id: &DeliveryId, to: &Address) -> Sent {
        let now = self.time.now();
        self.seen.lock().unwrap().requests.push((id.clone(), now));
        if !self.dice.percent(self.chaos() * 4) {
            return self.accept(id, to, 0);
        }
        match self.dice.below(10) {
            0 => {
                self.accept(id, to, 0);
                self.unknown(id, "connection-lost")
            }
            1 => {
                self.note("too fast");
                Sent::NotSent {
                    why: "too-fast",
                    retry_after: None,
                }
            }
            2 => self.unknown(id, "server-error"),
            3 => {
                self.accept(id, to, 0);
                self.unknown(id, "server-error")
            }
            // It hangs, and takes it or not.
            4 => {
                if self.dice.percent(50) {
                    self.accept(id, to, 0);
                }
                tokio::time::sleep(Duration::from_secs(10)).await;
                self.unknown(id, "no-answer-in-time")
            }
            5 => {
                self.note("slow");
                tokio::time::sleep(Duration::from_secs(5)).await;
                self.accept(id, to, 0)
            }
            // What became of it is told before the answer comes.
            6 => {
                self.note("feedback first");
                let answer = self.accept(id, to, -60);
                self.hear().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                answer
            }
            7 => {
                self.note("refused");
                self.refuse(id)
            }
            // The sender is frozen before it hears that it was not taken; meanwhile it may be taken for gone.
            8 => {
                self.note("frozen");
                self.seen.lock().unwrap().doubtful.insert(id.clone());
                tokio::time::sleep(Duration::from_secs(self.dice.below(1_500))).await;
                if self.dice.percent(50) {
                    return Sent::NotSent {
                        why: "too-fast",
                        retry_after: None,
                    };
                }
                self.refuse(id)
            }
            // It is taken, and the sender dies before it hears of it.
            _ => {
                self.accept(id, to, 0);
                self.unknown(id, "sender died");
                std::future::pending().await
            }
        }
    }

    fn refuse(&self, id: &DeliveryId) -> Sent {
        self.seen.lock().unwrap().refused.push(id.clone());
        Sent::Refused {
            why: "ses-message-rejected".to_owned(),
        }
    }

    /// Nobody can say what came of this request.
    fn unknown(&self, id: &DeliveryId, why: &'static str) -> Sent {
        self.note(why);
        self.seen.lock().unwrap().doubtful.insert(id.clone());
        Sent::Unknown { why }
    }

    fn note(&self, mishap: &'static str) {
        *self.seen.lock().unwrap().mishaps.entry(mishap).or_default() += 1;
    }

    fn accept(&self, id: &DeliveryId, to: &Address, delay: i64) -> Sent {
        let now = self.time.now();
        let mut seen = self.seen.lock().unwrap();
        let message_id = format!("m-{}", seen.accepted.len());
        seen.accepted.push((id.clone(), to.clone(), now));
        let last = match self.dice.below(10) {
            0 => Fate::Bounced {
                why: "permanent-general".to_owned(),
            },
            1 => Fate::Complained,
            2 => Fate::BouncedForNow {
                why: "transient-general".to_owned(),
            },
            _ => Fate::Delivered,
        };
        for what in [Fate::Accepted, last] {
            let times = 1 + self.dice.below(3);
            for _ in 0..times {
                let later = TimeDelta::seconds(delay + i64::try_from(self.dice.below(7_200)).unwrap());
                let at = if delay < 0 {
                    now + TimeDelta::seconds(delay)
                } else {
                    now + later
                };
                let told = Told {
                    what: what.clone(),
                    message_id: message_id.clone(),
                };
                seen.feedback.push_back((at, id.clone(), told));
            }
        }
        Sent::Accepted { message_id }
    }

    /// Takes in what is to be told by now. It is taken from the queue afterwards: who dies in between is told again.
    pub(super) async fn hear(&self) {
        let now = self.time.now();
        let due: Vec<_> = {
            let seen = self.seen.lock().unwrap();
            let is_due = |(at, ..): &&(_, DeliveryId, Told)| *at <= now;
            seen.feedback.iter().filter(is_due).cloned().collect()
        };
        let deliveries = self.shaky("hearer");
        for entry in due {
            let (_, id, told) = &entry;
            let reason = match told.what {
                Fate::Bounced { .. } => Some(Reason::HardBounce),
                Fate::Complained => Some(Reason::Complaint),
                _ => None,
            };
            if let Some(reason) = reason {
                let delivery = self.deliveries.load(id).await.unwrap().unwrap();
                self.forbid(&delivery.address, reason).await;
            }
            let work = deliveries.told(id, told.clone(), now);
            if self.run("hearer", work).await.is_some_and(|told| told.is_ok()) {
                let feedback = &mut self.seen.lock().unwrap().feedback;
                if let Some(at) = feedback.iter().position(|other| *other == entry) {
                    feedback.remove(at);
                }
            }
        }
    }
}
