internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

// Believing a journal: it continues what was seen, its signatures are ours, and what was published is its beginning.
extension Register {
    /// Takes in what the journal has beyond what is known, and checks that it continues it.
    func read() async throws(StepError) {
        // The published checkpoint before the head, so that it cannot be the newer of the two by chance.
        let note = isLoaded ? nil : try publishedNote()
        do {
            let newest = try await newestHead()
            try await take(upTo: newest)
            if !isLoaded { try await compare(with: note) }
            head = newest
            anchor = newest
            isLoaded = true
            lastRead = .now
        } catch {
            // Nothing of it is believed: what was read is read again once the operator has looked.
            if case .fault(let fault) = error, fault.isAboutContent { forget() }
            throw error
        }
        try await publish()
    }

    private func newestHead() async throws(StepError) -> JournalHead {
        let newest: JournalHead
        do {
            newest = try await journal.head()
        } catch {
            throw StepError(error)
        }
        guard newest.size >= anchor.size else {
            throw .fault(.rolledBack(stored: newest.size, published: anchor.size))
        }
        guard newest.size > anchor.size || newest.root == anchor.root else {
            throw .fault(.forked(size: anchor.size))
        }
        return newest
    }

    private func take(upTo newest: JournalHead) async throws(StepError) {
        while tree.size < newest.size {
            let start = tree.size
            let records: [JournalRecord]
            do {
                records = try await journal.records(
                    from: start, atMost: Int(min(4096, newest.size - start)))
            } catch {
                throw StepError(error)
            }
            guard !records.isEmpty else { throw .fault(.damaged(record: start)) }
            for record in records {
                do {
                    let entry = try LogEntry(parsing: record.entry)
                    try state.apply(
                        entry,
                        try RegisterMemo(
                            parsing: record.memo, beside: record.entry, kind: entry.kind))
                } catch {
                    throw .fault(.damaged(record: tree.size))
                }
                tree.append(TreeHash(leaf: record.entry))
            }
        }
        // A signature is looked at once.
        guard tree.root == newest.root,
            newest.size == 0 || newest.note == head.note || isOurs(newest)
        else { throw .fault(.headInvalid) }
        guard (try? tree.root(at: anchor.size)) == anchor.root else {
            throw .fault(.forked(size: anchor.size))
        }
    }

    private func isOurs(_ head: JournalHead) -> Bool {
        guard let note = try? SignedNote(parsing: Array(head.note.utf8)),
            let checkpoint = checkpoint(in: note)
        else { return false }
        return checkpoint.size == head.size && checkpoint.root == head.root
    }

    func checkpoint(in note: SignedNote) -> Checkpoint? {
        guard let policy = try? LogPolicy(log: signer.key) else { return nil }
        return try? Checkpoint(parsing: note, by: policy)
    }

    /// Leaves nothing but what was seen and published, which whatever is read next must continue.
    func forget() {
        state = RegisterState()
        tree = MerkleTree()
        head = .empty
        shown = nil
        isLoaded = false
    }
}

extension RegisterFault {
    /// Whether it is what was read that is wrong, not that it could not be read.
    fileprivate var isAboutContent: Bool {
        switch self {
        case .storage, .publication, .witnesses, .elsewhere: false
        case .damaged, .headInvalid, .rolledBack, .forked: true
        }
    }
}
