internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

// Witnesses and files, before anybody is answered.
extension Register {
    func publishedNote() throws(StepError) -> SignedNote? {
        do {
            return try directory?.checkpoint()
        } catch {
            throw .fault(.publication("the published checkpoint cannot be read"))
        }
    }

    /// Whether what was published is the beginning of what is stored, and the files are whole.
    func compare(with note: SignedNote?) async throws(StepError) {
        guard let directory, let note else { return published = 0 }
        guard let checkpoint = checkpoint(in: note) else {
            throw .fault(.publication("the published checkpoint is not this log's"))
        }
        guard checkpoint.size <= tree.size else {
            throw .fault(.rolledBack(stored: tree.size, published: checkpoint.size))
        }
        guard (try? tree.root(at: checkpoint.size)) == checkpoint.root else {
            throw .fault(.forked(size: checkpoint.size))
        }
        do {
            let missing = try directory.missing(from: tree, at: checkpoint.size)
            try await directory.write(missing, of: tree) { range throws(LogError) in
                try await self.entries(range)
            }
        } catch .damaged(let name) {
            throw .fault(.publication("\(name) is damaged"))
        } catch {
            throw .fault(.publication("the log's files cannot be read or written"))
        }
        published = checkpoint.size
    }

    /// Makes everything that is committed public, once enough witnesses have seen it.
    func publish() async throws(StepError) {
        guard head.size > 0, shown == nil || published < head.size else { return }
        guard var note = try? SignedNote(parsing: Array(head.note.utf8)) else {
            throw .fault(.headInvalid)
        }
        var signed = 0
        for (number, witness) in witnesses.connections.enumerated() {
            var size = seen[number]
            if let more = await witness.cosign(note, of: tree, at: head.size, seen: &size) {
                note = more
                signed += 1
            }
            seen[number] = size
        }
        guard signed >= witnesses.quorum else {
            throw .fault(.witnesses(signed: signed, needed: witnesses.quorum))
        }
        do {
            try await directory?.publish(tree, from: published, note: note.encoded) {
                range throws(LogError) in
                try await self.entries(range)
            }
        } catch {
            throw .fault(.publication("the log's files cannot be written"))
        }
        published = head.size
        shown = note
    }

    private func entries(_ range: Range<UInt64>) async throws(LogError) -> [[UInt8]] {
        do {
            return try await records(range).map(\.entry)
        } catch {
            throw .unavailable
        }
    }
}
