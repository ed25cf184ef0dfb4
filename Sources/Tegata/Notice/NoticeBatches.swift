internal import TegataCrypto
internal import TegataSDJWT

extension Register {
    /// A notice as it is recorded; `nil` for one that is not.
    func notice(_ id: NoticeID) async throws(Refusal) -> NoticeLedger.Entry? {
        _ = try await current()
        return state.notices.entries[id]
    }

    /// The time that notices are judged by.
    func noticeTime(_ now: Int64) async throws(Refusal) -> Int64 {
        _ = try await current()
        return state.notices.time(now)
    }

    /// Records notices, and answers the ids of those that stand for their references.
    func enter(
        _ drafts: [NoticeDraft.Signed], in edition: EditionDigest
    ) async throws(Refusal) -> [NoticeID] {
        try await submit { state, batch throws(Refusal) in
            try state.enter(drafts, in: edition, &batch)
        }
        return drafts.compactMap { state.notices.notice(for: $0.reference)?.id }
    }
}

/// Works on parts side by side, no more of them at a time than keep every core and the journal busy, and stops at the first failure.
func inParallel<Part: Sendable, Value: Sendable>(
    _ parts: [Part], _ work: @escaping @Sendable (Part) async -> Result<Value, Refusal>,
    progress: (Int) -> Void
) async -> Result<[Value], Refusal> {
    await withTaskGroup(of: (Int, Result<Value, Refusal>).self) { group in
        var (next, done) = (0, 0)
        var values = [Value?](repeating: nil, count: parts.count)
        var failure: Refusal?
        func start() {
            guard next < parts.count, failure == nil else { return }
            let number = next
            next += 1
            group.addTask { (number, await work(parts[number])) }
        }
        for _ in 0..<8 { start() }
        while let (number, result) = await group.next() {
            switch result {
            case .success(let value):
                values[number] = value
                done += 1
                progress(done)
            case .failure(let error): failure = failure ?? error
            }
            start()
        }
        if let failure { return .failure(failure) }
        return .success(values.compactMap { $0 })
    }
}
