//! Many scores: a few at a time, and an outcome for each (AGS 2.0 §3.4).

use std::collections::BTreeMap;

use futures_core::stream::BoxStream;
use futures_util::stream::{self, StreamExt as _};
use lti_services::LineItemUrl;
use lti_types::Score;

use crate::{Grades, ScoreOutcome};

/// How far a publication of many scores is.
///
/// It is told by [`Grades::publish_all`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Scores in all.
    pub total: usize,
    /// Those whose outcome is known; the following add up to it.
    pub done: usize,
    /// [`ScoreOutcome::Accepted`].
    pub accepted: usize,
    /// [`ScoreOutcome::AlreadyRecorded`].
    pub already_recorded: usize,
    /// [`ScoreOutcome::Stale`].
    pub stale: usize,
    /// [`ScoreOutcome::Failed`].
    pub failed: usize,
}

impl Progress {
    fn count(&mut self, outcome: &ScoreOutcome) {
        self.done += 1;
        match outcome {
            ScoreOutcome::Accepted(_) => self.accepted += 1,
            ScoreOutcome::AlreadyRecorded => self.already_recorded += 1,
            ScoreOutcome::Stale => self.stale += 1,
            ScoreOutcome::Failed(_) => self.failed += 1,
        }
    }
}

/// Scores of one person in one line item, with their places in the input.
type Queue = Vec<(usize, LineItemUrl, Score)>;

impl Grades {
    /// Publishes scores, as many at a time as one host gets, and gives the outcome of each with its place in the input,
    /// in the order in which they become known. Several scores of one person in one line item go one after the other,
    /// the oldest first, wherever they stand in the input, and each outcome is given before the next score is sent.
    ///
    /// Dropping the stream stops it; of scores under way nobody then knows whether they arrived.
    pub fn publish_each(
        &self,
        scores: impl IntoIterator<Item = (LineItemUrl, Score)>,
    ) -> BoxStream<'static, (usize, ScoreOutcome)> {
        let mut people: BTreeMap<(String, String), Queue> = BTreeMap::new();
        let mut order = Vec::new();
        for (place, (line_item, score)) in scores.into_iter().enumerate() {
            let key = (line_item.url().as_str().to_owned(), score.user_id.as_str().to_owned());
            let queue = people.entry(key.clone()).or_default();
            if queue.is_empty() {
                order.push(key);
            }
            queue.push((place, line_item, score));
        }
        // In the order of the input, as far as there is one.
        let queues: Vec<_> = order.iter().filter_map(|key| people.remove(key)).collect();
        let at_once = self.session.client.0.hosts.at_once();
        let grades = self.clone();
        stream::iter(queues)
            .map(move |queue| grades.clone().publish_queue(queue))
            .flatten_unordered(at_once)
            .boxed()
    }

    /// Publishes scores as [`Grades::publish_each`] does, and gives the outcomes in the order of the input, one for
    /// each. `progress` is told the counts after each.
    #[must_use = "that a score got lost is told here and nowhere else"]
    pub async fn publish_all(
        &self,
        scores: impl IntoIterator<Item = (LineItemUrl, Score)>,
        mut progress: impl FnMut(&Progress),
    ) -> Vec<ScoreOutcome> {
        let scores: Vec<_> = scores.into_iter().collect();
        let mut counts = Progress { total: scores.len(), ..Progress::default() };
        let mut outcomes = BTreeMap::new();
        let mut each = self.publish_each(scores);
        while let Some((place, outcome)) = each.next().await {
            counts.count(&outcome);
            progress(&counts);
            outcomes.insert(place, outcome);
        }
        outcomes.into_values().collect()
    }

    fn publish_queue(self, mut queue: Queue) -> BoxStream<'static, (usize, ScoreOutcome)> {
        queue.sort_by_key(|(_, _, score)| score.timestamp.to_utc());
        stream::iter(queue)
            .then(move |(place, line_item, score)| {
                let grades = self.clone();
                async move { (place, grades.publish(&line_item, score).await) }
            })
            .boxed()
    }
}
