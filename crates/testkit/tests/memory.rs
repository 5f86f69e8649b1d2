//! The replica in memory passes the suite that every connector passes.

use connector::Connector;
use model::{Field, Schema, Side};
use std::sync::Arc;
use testkit::conformance::{self, Subject};
use testkit::{Clock, Crash, Kind, MemoryReplica};

struct Memory {
    schema: Arc<Schema>,
    replica: MemoryReplica,
    notices_moves: bool,
}

fn memory(kind: Kind) -> Memory {
    let schema = Arc::new(Schema::new([Field::FirstName, Field::Email]));
    let notices_moves = kind.notices_moves;
    let replica = MemoryReplica::new(Side::Crm, kind, Arc::clone(&schema), Clock::default(), Crash::default());
    Memory { schema, replica, notices_moves }
}

impl Subject for Memory {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn connector(&self) -> Box<dyn Connector> {
        Box::new(self.replica.clone())
    }

    fn put(&self, first_name: &str, phone: &str, email: &str) {
        self.replica.add(&[("first_name", first_name), ("phone", phone), ("email", email)]);
    }

    fn notices_moves(&self) -> bool {
        self.notices_moves
    }
}

#[test]
fn every_kind_conforms() {
    let kinds =
        [Kind::phone_system(), Kind::talkative(), Kind::file(), Kind::file_without_ids(), Kind::file().with_times()];
    for kind in kinds {
        conformance::all(|| memory(kind.clone()));
    }
}
