public import TegataLog

/// What an audit established, from public files alone.
public struct AuditReport: Hashable, Sendable {
    /// Whose log.
    public let issuer: String
    /// The checkpoint that everything follows from.
    public let checkpoint: Checkpoint
    /// How many witnesses had to sign it.
    public let witnesses: Int
    /// The editions in the order of their announcement.
    public let editions: [EditionAudit]
    /// Where the register went on, in order; empty while it is where it began.
    public let relocations: [RelocationAudit]
}

/// A relocation that issuer, and council where there is one, signed for its place in the log.
public struct RelocationAudit: Hashable, Sendable {
    /// Where the register goes on.
    public let site: String
    /// The entry that says so.
    public let entry: UInt64
    /// Whether sites signed together, and not one with the issuer's keys alone.
    public let isCouncils: Bool
}

/// What the log says about one edition.
public struct EditionAudit: Hashable, Sendable {
    /// The issuer's name for it.
    public let id: String
    /// The limit in force.
    public let limit: Limit
    /// How often the limit was changed, openly.
    public let changes: Int
    /// How many serials were ever given: the highest one.
    public let serials: UInt32
    /// Cards in force: as many persons, and as many commitments, are in the public lists.
    public let active: Int
    /// Cards suspended for now.
    public let suspended: Int
    /// Cards revoked for good.
    public let revoked: Int
    /// Serials returned and not given again.
    public let returned: Int
    /// Whether the issuer says that each person has at most one.
    public let isOnePerPerson: Bool
    /// How many sessions of attested persons are frozen in lists.
    public let sessions: Int
    /// How many of the persons in force are proven, for everyone, to come from one of those sessions.
    public let settled: Int
    /// At how many entries of the log the edition's lists were compared with it.
    public let listsAt: UInt64
    /// The draw as it was computed again; `nil` where cards are not drawn, or not yet.
    public let draw: DrawAudit?
}

/// A draw, computed again from the log.
public struct DrawAudit: Hashable, Sendable {
    /// What was to decide, as it was named before anybody entered.
    public let randomness: String
    /// What the issuer says that chance said: compare it with what was named.
    public let outcome: String
    /// The numbers of the entrants' entries in the log, in the order of the draw: the first got serial 1.
    public let order: [UInt64]
}

extension AuditReport: CustomStringConvertible {
    /// A verdict for people, in English.
    public var description: String {
        let head =
            "\(issuer): \(checkpoint.size) entries, root \(checkpoint.root), "
            + (witnesses > 0
                ? "signed by the log and at least \(witnesses) witnesses"
                : "signed by the log; no witness was asked")
        return ([head] + editions.map(\.description) + relocations.map(\.description)).joined(
            separator: "\n")
    }

    /// The verdict in Japanese.
    public var japanese: String {
        let head =
            "\(issuer)：\(checkpoint.size) 件の記録、ルート \(checkpoint.root)、"
            + (witnesses > 0 ? "ログと \(witnesses) 以上の証人が署名" : "ログの署名のみ（証人なし）")
        return ([head] + editions.map(\.japanese) + relocations.map(\.japanese)).joined(
            separator: "\n")
    }
}

extension RelocationAudit: CustomStringConvertible {
    /// One line for people, in English.
    public var description: String {
        "moved to \(site) at entry \(entry), signed by "
            + (isCouncils ? "the issuer and enough of its sites" : "the issuer alone")
    }

    /// One line for people, in Japanese.
    public var japanese: String {
        "記録 \(entry) で \(site) へ移転（" + (isCouncils ? "発行者と定数の拠点が署名" : "発行者のみが署名") + "）"
    }
}

extension EditionAudit: CustomStringConvertible {
    /// One line for people, in English.
    public var description: String {
        "\(id): limited to \(limit), \(serials) serials given; \(active) cards in force, "
            + "\(suspended) suspended, \(revoked) revoked, \(returned) returned"
            + (isOnePerPerson ? "; no person has two" : "")
            + (sessions > 0 ? "; \(settled) of them from \(sessions) attested sessions" : "")
            + (changes > 0 ? "; the limit was changed \(changes) times" : "")
            + (draw.map {
                "; drawn among \($0.order.count) by \"\($0.outcome)\", to be compared with: "
                    + $0.randomness
            } ?? "") + "; lists compared at entry \(listsAt)"
    }

    /// One line for people, in Japanese.
    public var japanese: String {
        "\(id)：限定 \(limit)、発行済み番号 \(serials)。有効 \(active)、停止 \(suspended)、"
            + "失効 \(revoked)、返却 \(returned)"
            + (isOnePerPerson ? "。一人一枚を確認" : "")
            + (sessions > 0 ? "。うち \(settled) 名は本人確認 \(sessions) 件に由来すると証明済み" : "")
            + (changes > 0 ? "。上限の変更 \(changes) 回" : "")
            + (draw.map {
                "。\($0.order.count) 件から抽選、乱数「\($0.outcome)」を次と照合してください: \($0.randomness)"
            } ?? "") + "。名簿は記録 \(listsAt) 件の時点で照合"
    }
}
