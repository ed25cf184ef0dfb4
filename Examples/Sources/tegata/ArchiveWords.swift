import Pages
import TegataArchive

/// What `tegata archive` and `tegata restore` say.
extension Message {
    static let archiveAbstract = Message(
        "名簿を、保管者が開ける保管庫に入れます。", "Keeps an issuer's register for custodians, who open it together.")
    static let archiveIn = Message("保管庫", "archive")
    static let archiveHelp = Message("保管庫のフォルダー。", "The folder with the archive's parts.")
    static let databaseHelp = Message(
        "名簿が PostgreSQL にあるとき、その接続文字列。",
        "The connection string, where the register is in PostgreSQL.")

    static let dealAbstract = Message(
        "保管庫の鍵を作り、保管者に分けます。", "Makes an archive's key, and deals it to custodians.")
    static let dealDiscussion = Message(
        """
        断片は一つずつ 0600 のファイルになり、書いたあと読み戻して確かめます。印刷して渡し、ファイルは消してください。
        例：tegata archive deal --home kaga --custodians 5 --threshold 3 --out shares
        """,
        """
        Each share is a file of its own (mode 0600), which is read back. Print it, hand it out, and erase the file.
        Example: tegata archive deal --home kaga --custodians 5 --threshold 3 --out shares
        """)
    static let custodiansHelp = Message("保管者の人数、2〜32。", "How many custodians there are, 2…32.")
    static let thresholdHelp = Message("開けるのに必要な人数。", "How many of them open it.")
    static let dealNumbers = Message(
        "2 ≤ --threshold ≤ --custodians ≤ 32", "2 ≤ --threshold ≤ --custodians ≤ 32")
    static let sharesOut = Message("断片を書き出すフォルダー。", "The folder for the shares.")
    static let handOut = Message(
        "一人に一枚ずつ渡し、手元には残さないでください。", "Give each to one custodian, and keep none.")
    static func anyOpen(_ threshold: Int, _ custodians: Int) -> Message {
        Message("\(custodians) 人中 \(threshold) 人で開きます", "any \(threshold) of \(custodians) open it")
    }

    static let shareAbstract = Message("断片を読み戻して確かめます。", "Reads a share back.")
    static let shareDiscussion = Message(
        """
        保管者は年に一度、手元の断片を打ち込んで確かめます。
        例：tegata archive share share-2.txt --profile kaga/log/profile.json --key kaga/archive.pub
        """,
        """
        Once a year each custodian types in what was printed.
        Example: tegata archive share share-2.txt --profile kaga/log/profile.json --key kaga/archive.pub
        """)
    static let shareFile = Message(
        "断片のファイル、または -。", "The file with the share, or - for the standard input.")
    static let archiveKeyHelp = Message("保管庫の公開鍵。", "The archive's public key.")
    static let noArchiveKey = Message(
        "保管庫の公開鍵がありません。tegata archive deal で作ります",
        "there is no archive key; make one with tegata archive deal")
    static func goodShare(_ number: Int, _ custodians: Int) -> Message {
        Message(
            "\(custodians) 人中 \(number) 番の正しい断片です", "the right share \(number) of \(custodians)")
    }

    static let writeAbstract = Message(
        "保管庫の次の部を書きます。", "Writes an archive's next part, while the issuer runs.")
    static let writeDiscussion = Message(
        """
        空のフォルダーには鍵と全記録を、その後は前の部より新しい記録だけを書きます。鍵を替えたら空のフォルダーから始めます。
        例：tegata archive write courier --home kaga
        """,
        """
        Into an empty folder all of it, with the keys; afterwards what is newer than the part before. After a change of keys begin \
        with an empty folder.
        Example: tegata archive write courier --home kaga
        """)
    static let archiveBusy = Message(
        "ほかの書き込みの途中か、書けないフォルダーです", "somebody else is writing there, or it cannot be written")
    static let nothingNew = Message("新しい記録はありません。", "There is nothing new.")
    static func recordsWritten(_ first: UInt64, _ size: UInt64) -> Message {
        Message("記録 \(first)〜\(size - 1)", "records \(first) to \(size - 1)")
    }

    static let archiveCheckAbstract = Message(
        "保管庫を、開けずに確かめます。", "Checks an archive without opening it.")
    static let archiveCheckDiscussion = Message(
        """
        署名、部の順序、ファイルの長さと区切りを見て、公開の記録と件数を比べます。中身の一ビットまで見るのは restore です。
        例：tegata archive check https://kaga.example/log --archive courier --profile kaga.json
        """,
        """
        Signatures, the order of parts, lengths and tags of the files; roots and counts against the public log. Whether a byte \
        inside a chunk was changed is seen when it is opened.
        Example: tegata archive check https://kaga.example/log --archive courier --profile kaga.json
        """)
    static func whole(_ parts: Int, _ records: UInt64) -> Message {
        Message(
            "部の数 \(parts)、記録 \(records) 件。欠けはありません。", "whole: \(parts) parts, \(records) records")
    }
    static func behind(_ count: UInt64) -> Message {
        Message(
            count == 0 ? "公開の記録と同じところまであります。" : "この後の記録 \(count) 件は、まだ保管庫にありません。",
            count == 0
                ? "it reaches as far as the public log"
                : "\(count) later records are in no part yet")
    }
    static func cardsCounted(_ cards: Int, _ active: Int) -> Message {
        Message("会員証 \(cards) 枚、うち有効 \(active) 枚", "\(cards) cards, \(active) of them in force")
    }

    static let restoreAbstract = Message(
        "保管庫から、別の場所で発行を続けられるようにします。",
        "Opens an archive with its custodians, and lets the issuer go on in another place.")
    static let restoreDiscussion = Message(
        """
        必要なもの：すべての部、決められた数の断片、いちばん新しい公開のチェックポイント。合わない断片、部、区切りを一つずつ示します。\
        公開されたより古い保管庫からは始めません（rolled_back）。成功すると移転が公開の記録に入り、そのフォルダーで issuer が動きます。
        例：tegata restore courier --home osaka --profile kaga.json --checkpoint checkpoint --share a --share b --share c --site osaka
        """,
        """
        It takes all parts, enough shares, and the newest published checkpoint; it names each share, part and chunk that is wrong, and \
        begins with nothing older than what was published (rolled_back). Then the log says that the register is here, and issuer \
        starts from the folder.
        Example: tegata restore courier --home osaka --profile kaga.json --checkpoint checkpoint --share a --share b --share c --site osaka
        """)
    static let restoreHome = Message("新しい、空のフォルダー。", "The new folder, which is empty.")
    static let newestCheckpoint = Message(
        "いちばん新しい公開のチェックポイント：公開の記録、証人、監視者から。",
        "The newest published checkpoint that anybody has: from the log's files, a witness, a monitor."
    )
    static let restoreShare = Message("断片のファイル。くり返せます。", "The file with a share; once for each.")
    static let siteHelp = Message(
        "この拠点の名前、64 バイトまで。", "The name of this place, at most 64 bytes.")
    static let cardTokenHelp = Message(
        "会員証の鍵がハードウェアにあるとき、その card.token。",
        "The card.token, where the card key lies in a hardware module.")
    static let newCardKeyHelp = Message(
        "会員証の鍵を新しく作ります。前の鍵の会員証は有効なままです。",
        "Make a new card key. Cards of the one before stay good.")
    static let oneCardKey = Message("どちらか一つだけです", "one or the other")
    static let foreignShare = Message(
        "この保管庫の断片ではありません", "is no share of this archive's key that the issuer gave out")
    static func restoredHere(_ records: UInt64) -> Message {
        Message(
            "記録 \(records) 件を元にもどし、ここへ移転しました。",
            "\(records) records are restored, and the register is here.")
    }
    static func restoredOnly(_ records: UInt64) -> Message {
        Message(
            "記録 \(records) 件を元にもどしました。移転はまだです。",
            "\(records) records are restored. The register has not moved yet.")
    }
    static let reportIn = Message("報告書", "report")
    static let afterRestore = Message(
        "報告書を公開し、保管庫の鍵を作り直してください。",
        "Publish the report, and deal a new archive key: this one was put together here.")
}

extension ArchiveFault {
    /// What the operator reads.
    var message: Message {
        let japanese: String
        switch self {
        case .badLine(0): japanese = "保管庫の断片ではありません"
        case .badLine(let line): japanese = "断片の \(line) 行目に打ち間違いがあります"
        case .tooFewShares(let good, let needed, _):
            japanese = "正しい断片は \(good) 枚です。\(needed) 枚が必要です"
        case .badManifest(let part, let reason):
            japanese = "第 \(part) 部の目録は使えません：\(reason.rawValue)"
        case .outOfOrder(let part): japanese = "第 \(part) 部が前の部に続いていません"
        case .badHeader(let part): japanese = "第 \(part) 部の先頭が変わっています"
        case .badChunk(let part, let chunk): japanese = "第 \(part) 部の区切り \(chunk) が変わっています"
        case .truncated(let part, let chunk): japanese = "第 \(part) 部が区切り \(chunk) の途中で終わっています"
        case .appended(let part): japanese = "第 \(part) 部の後に余分なバイトがあります"
        case .keyElsewhere:
            japanese = "会員証の鍵はハードウェアにあり、保管庫にありません。--card-token か --new-card-key が必要です"
        case .keysChanged: japanese = "鍵が最初の部から変わっています。新しい保管庫を始めてください"
        case .badKeys: japanese = "保管庫の鍵が、目録または発行者のものではありません"
        case .badRecord(let number): japanese = "記録 \(number) が読めません"
        case .badRoot(let part): japanese = "第 \(part) 部の記録が公開の記録と合いません"
        case .badCounts(let part): japanese = "第 \(part) 部の会員証の数が合いません"
        case .rolledBack(let archived, let published):
            japanese = "保管庫は \(archived) 件、公開は \(published) 件です。新しい部を持ってきてください"
        case .forked(let size): japanese = "最初の \(size) 件が、公開されたものと違います"
        case .badCheckpoint: japanese = "この発行者のチェックポイントではありません"
        case .notEmpty: japanese = "元にもどす先の名簿が空ではありません"
        case .storage(let reason): japanese = "読み書きできません：\(reason)"
        @unknown default: japanese = "保管庫が使えません"
        }
        let hint = self == .keyElsewhere ? " (--card-token, --new-card-key)" : ""
        return Message(japanese, "\(self)\(hint)")
    }

    /// Where it is, for programs.
    var place: [(name: String, number: Int)] {
        switch self {
        case .badLine(let line): [("line", line)]
        case .badManifest(let part, _), .outOfOrder(let part), .badHeader(let part),
            .appended(let part), .badRoot(let part), .badCounts(let part):
            [("part", part)]
        case .badChunk(let part, let chunk), .truncated(let part, let chunk):
            [("part", part), ("chunk", chunk)]
        default: []
        }
    }
}
