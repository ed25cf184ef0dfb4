internal import Foundation
internal import Pages
internal import ServiceKit
internal import Synchronization
internal import Tegata

/// A programme as the operator wrote it.
struct PlannedProgramme: Codable, Equatable, Sendable {
    let id: String
    let office: [String]
    let title: [String]
    let basis: [String]
    let text: [String]
    let deadline: Int64

    /// - Throws: `NoticeError`, naming the field.
    func programme() throws(NoticeError) -> Programme {
        func both(_ words: [String]) -> BilingualText {
            BilingualText(ja: words.first ?? "", en: words.last ?? "")
        }
        return try Programme(
            id, office: both(office), title: both(title), basis: both(basis), text: both(text),
            deadline: deadline)
    }
}

/// What the operator tells members: programmes, batches under way, and what is brought to whom. The register has the programmes and
/// says who was told what; here is the mail.
final class NoticeDesk: Sendable {
    /// A batch that this process works on, or has.
    struct Job: Sendable {
        var done = 0
        var total = 0
        /// Why it stopped.
        var fault: String?
        var isOver = false
    }

    private static let prefix = "programme/"
    private let issuer: Issuer
    private let store: any StateStore
    private let bell: Bell
    private let jobs = Mutex<[String: Job]>([:])

    init(_ issuer: Issuer, _ store: any StateStore, waking bell: Bell) {
        self.issuer = issuer
        self.store = store
        self.bell = bell
    }

    func mailbox(_ edition: OpenEdition) -> Mailbox {
        Mailbox(store: store, edition: edition.edition.id, bell: bell)
    }

    func job(_ programme: String, in edition: String) -> Job? {
        jobs.withLock { $0["\(edition)/\(programme)"] }
    }

    /// The programmes of an edition, oldest first.
    ///
    /// - Throws: `unavailable`.
    func programmes(of edition: OpenEdition) async throws(Refusal) -> [PlannedProgramme] {
        var plans = [PlannedProgramme]()
        for text in try await issuer.attachments(under: Self.prefix, of: edition) {
            plans.append(try Attached.value(PlannedProgramme.self, text))
        }
        return plans
    }

    /// - Throws: `unsupported` when there is none of this name.
    func programme(
        _ id: String, of edition: OpenEdition
    ) async throws(Refusal) -> PlannedProgramme {
        guard let text = try await issuer.attachment(Self.prefix + id, of: edition) else {
            throw .unsupported
        }
        return try Attached.value(PlannedProgramme.self, text)
    }

    /// Keeps a programme; one that is there already stays as it is.
    ///
    /// - Throws: `conflict` for other words under the same name.
    func add(_ plan: PlannedProgramme, to edition: OpenEdition) async throws(Refusal) {
        try await issuer.attach(
            try Attached.text(of: plan), as: Self.prefix + plan.id, to: edition)
    }

    /// Brings everything that is open to the mailboxes, unless these are the ones that it was brought to: they may have been lost with
    /// the place where they were.
    ///
    /// - Throws: `unavailable`.
    func refill() async throws(Refusal) {
        let mark = Array("mail".utf8)
        guard try await store.value(Bool.self, of: mark) == nil else { return }
        for edition in issuer.profile.editions {
            for plan in try await programmes(of: edition) {
                try await deliver(plan.id, in: edition)
            }
        }
        try await store.change(mark, until: .max) {
            (_: Bool?) throws(Refusal) -> Bool? in true
        }
    }

    /// Tells everybody of a list, in the background: signed, recorded, brought. The same list again goes on where it stopped.
    func tell(_ cases: [NoticeCase], of plan: PlannedProgramme, in edition: OpenEdition) {
        let name = "\(edition.edition.id)/\(plan.id)"
        jobs.withLock { $0[name] = Job(total: cases.count) }
        Task {
            do {
                try await self.work(cases, plan, edition, name)
                self.note(name) { $0.isOver = true }
            } catch {
                self.note(name) { job in
                    job.isOver = true
                    // Our own words about our own list.
                    job.fault = (error as? NoticeError).map { "\($0)" } ?? "unavailable"
                }
            }
        }
    }

    private func work(
        _ cases: [NoticeCase], _ plan: PlannedProgramme, _ edition: OpenEdition, _ name: String
    ) async throws {
        var drafts = [NoticeDraft]()
        drafts.reserveCapacity(cases.count)
        for one in cases {
            let address: NoticeAddress
            do throws(Refusal) {
                address = try await issuer.address(ofCard: one.serial, in: edition)
            } catch {
                throw NoticeError.noSuchCard(reference: one.reference)
            }
            drafts.append(NoticeDraft(one.reference, to: address, benefit: one.benefit))
        }
        try await issuer.notify(drafts, about: plan.programme(), in: edition) { progress in
            self.note(name) { $0.done = progress.done }
        }
        try await deliver(plan.id, in: edition)
    }

    /// Brings what is open to the mailboxes.
    ///
    /// - Throws: `unavailable`.
    func deliver(_ programme: String, in edition: OpenEdition) async throws(Refusal) {
        let delivery = try await issuer.deliver(programme, in: edition, through: mailbox(edition))
        guard delivery.failed.isEmpty else { throw .unavailable }
    }

    private func note(_ name: String, _ body: (inout Job) -> Void) {
        jobs.withLock { jobs in
            var job = jobs[name] ?? Job()
            body(&job)
            jobs[name] = job
        }
    }

    /// Ends a programme before its deadline, in the background: what nobody has answered is taken back. What was answered stays; again it
    /// goes on where it stopped.
    func end(_ programme: String, in edition: OpenEdition, because reason: BilingualText) {
        let name = "\(edition.edition.id)/\(programme)"
        jobs.withLock { $0[name] = Job() }
        Task {
            do {
                try await self.takeBack(programme, edition, reason, name)
                self.note(name) { $0.isOver = true }
            } catch {
                self.note(name) { job in
                    job.isOver = true
                    job.fault = "unavailable"
                }
            }
        }
    }

    private func takeBack(
        _ programme: String, _ edition: OpenEdition, _ reason: BilingualText, _ name: String
    ) async throws {
        let open = try await issuer.notices(of: programme, in: edition).filter {
            $0.state == .open
        }
        note(name) { $0.total = open.count }
        let box = mailbox(edition)
        // Side by side, so that many are written in one step.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, one) in open.enumerated() {
                if place >= 32 {
                    _ = try await group.next()
                    note(name) { $0.done += 1 }
                }
                group.addTask { try await self.takeBack(one, reason, box) }
            }
            while try await group.next() != nil { note(name) { $0.done += 1 } }
        }
    }

    private func takeBack(
        _ one: NoticeStanding, _ reason: BilingualText, _ box: Mailbox
    ) async throws {
        let text: String?
        do throws(NoticeError) {
            text = try await issuer.withdraw(one.id, because: reason)
        } catch {
            // Answered a moment ago: that stays.
            guard case .refused(.conflict) = error else { throw error }
            return
        }
        guard let text, let serial = one.serial else { return }
        try await box.add(text, for: serial)
    }

    /// Takes back what a card was told.
    ///
    /// - Throws: `unsupported` for a card that was told nothing; `NoticeError`.
    func withdraw(
        _ programme: String, from serial: UInt32, in edition: OpenEdition, because: BilingualText
    ) async throws {
        let box = mailbox(edition)
        guard let notice = try await box.notice(of: programme, to: serial) else {
            throw Refusal.unsupported
        }
        guard let text = try await issuer.withdraw(notice, because: because) else { return }
        try await box.add(text, for: serial)
    }

    /// Tells a card something else instead.
    ///
    /// - Throws: `unsupported` for a card that was told nothing; `NoticeError`.
    func correct(
        _ programme: String, by one: NoticeCase, in edition: OpenEdition, because: BilingualText
    ) async throws {
        let box = mailbox(edition)
        guard let notice = try await box.notice(of: programme, to: one.serial) else {
            throw Refusal.unsupported
        }
        let plan = try await self.programme(programme, of: edition)
        let address = try await issuer.address(ofCard: one.serial, in: edition)
        // A name of its own, the same when it is tried again.
        let reference =
            "\(one.reference) after \(hexadecimal(notice.span.indices.map { notice.span[$0] }).prefix(16))"
        let draft = NoticeDraft(reference, to: address, benefit: one.benefit)
        let corrected = try await issuer.correct(
            notice, by: draft, about: plan.programme(), in: edition, because: because)
        try await box.add(corrected.withdrawal, for: one.serial)
        try await box.add(try await issuer.text(of: corrected.notice), for: one.serial)
    }
}

/// One line of the operator's list.
struct NoticeCase: Equatable, Sendable {
    let serial: UInt32
    /// In yen; `nil` where there is nothing to receive.
    let amount: Int64?

    /// The case by the name that a list given again finds it under.
    var reference: String { "№ \(serial)" }
    var benefit: Benefit? { amount.map { .amount($0, currency: "JPY") } }

    /// Reads a list, `serial,amount` a line, the amount left out where there is nothing to receive; the first line may be a heading.
    ///
    /// - Throws: `malformed`, also for a card that is there twice; `limitExceeded` beyond 100,000 lines.
    static func list(_ text: String) throws(Refusal) -> [NoticeCase] {
        var cases = [NoticeCase]()
        var seen = Set<UInt32>()
        for (place, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            if place == 0, fields.first?.first?.isNumber != true { continue }
            guard (1...2).contains(fields.count), let serial = UInt32(fields[0]),
                seen.insert(serial).inserted
            else { throw .malformed }
            let amount = fields.count == 2 && !fields[1].isEmpty ? Int64(fields[1]) : nil
            guard fields.count == 1 || fields[1].isEmpty || amount != nil else {
                throw .malformed
            }
            cases.append(NoticeCase(serial: serial, amount: amount))
            guard cases.count <= 100_000 else { throw .limitExceeded }
        }
        guard !cases.isEmpty else { throw .malformed }
        return cases
    }
}
