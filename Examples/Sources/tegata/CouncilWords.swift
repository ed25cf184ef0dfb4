import Pages
import Tegata

extension Message {
    static let councilAbstract = Message(
        "評議会：一つの拠点だけでは署名できないもの。", "The council: what no site of an issuer signs alone.")
    static let councilDealAbstract = Message("評議会の席を分けます。", "Deals a council's seats to the sites.")
    static let councilDealDiscussion = Message(
        """
        決められた数の拠点がそろって、移転、保管庫、復元の報告に署名します。席はこの機械で一度作られます：印刷するか運び、ここからは消してください。
        例：tegata council deal --home kaga --sites 3 --threshold 2 --out seats
        """,
        """
        So many sites together sign that the register moves, what an archive has, and what a restore gave. The seats are made on this machine, \
        once: carry them to their sites and erase them here.
        Example: tegata council deal --home kaga --sites 3 --threshold 2 --out seats
        """)
    static let sitesHelp = Message("拠点の数、2〜32。", "How many sites, 2 to 32.")
    static let sitesThresholdHelp = Message("署名に要る数、2 以上。", "How many must sign, 2 or more.")
    static let seatsOut = Message("席を書くフォルダー。", "The folder that the seats are written to.")
    static let councilNumbers = Message(
        "--sites は 2〜32、--threshold は 2〜--sites です", "--sites is 2 to 32, --threshold 2 to --sites")
    static func councilOf(_ sites: Int, _ threshold: Int) -> Message {
        Message(
            "評議会：\(sites) 拠点のうち \(threshold) 拠点で署名します。",
            "A council of \(sites) sites, of which \(threshold) sign together.")
    }
    static let handOutSeats = Message(
        "席を各拠点へ渡し、ここから消してください。新しいプロファイルを配ってください",
        "Give each site its seat and erase the files here. Hand out the new profile")
    static let councilSignAbstract = Message(
        "一つの拠点として署名します。", "Signs a document as one of the sites.")
    static let councilSignDiscussion = Message(
        """
        内容を示して確かめ、コミットメントを一行で出します。全員の分（自分の分も）を一行ずつ入れると、答えを出します。途中でやめたら、最初からやり直します：\
        署名のための乱数はどこにも残りません。
        例：tegata council sign courier/0000.manifest --profile kaga.json --seat seat-2.key
        """,
        """
        It says what the document says, asks, and prints a commitment. Paste everybody's, yours among them, a line each; it prints the answer. Whoever \
        stops in between begins again: the numbers that sign are in no file.
        Example: tegata council sign courier/0000.manifest --profile kaga.json --seat seat-2.key
        """)
    static let councilDocument = Message(
        "署名する文書：保管庫の目録、復元の報告、移転。", "What is signed: a manifest, a restore's report, a relocation.")
    static let seatHelp = Message("この拠点の席。", "This site's seat.")
    static let yesHelp = Message("確かめずに署名します。", "Sign without asking.")
    static let signThis = Message(
        "署名するなら「はい」または yes と入力してください。", "Type yes to sign this.")
    static let notSigned = Message("署名しませんでした", "nothing was signed")
    static func pasteCommitments(_ count: Int) -> Message {
        Message(
            "全員のコミットメントを一行ずつ、\(count) 行入れてください。",
            "Paste everybody's commitments, \(count) lines.")
    }
    static let councilCombineAbstract = Message(
        "拠点の答えを一つの署名にします。", "Makes one signature of the sites' answers.")
    static let councilCombineDiscussion = Message(
        "合わない答えは、その拠点を示します。", "A wrong answer is named by its site.")
    static let commitmentHelp = Message("コミットメント。拠点ごとに一つ。", "A commitment; once for each site.")
    static let siteAnswerHelp = Message("答え。拠点ごとに一つ。", "An answer; once for each site.")
    static let signedOut = Message(
        "署名した文書を書くファイル。", "The file that the signed document is written to.")
    static let anotherCouncil = Message(
        "このプロファイルの評議会の席ではありません", "is no seat of this profile's council")
    static let noCouncil = Message("この発行者に評議会はありません", "this issuer has no council")
    static let noSeat = Message("席のファイルではありません", "is no seat")
    static func badSite(_ site: Int) -> Message {
        Message("拠点 \(site) の答えが合いません", "site \(site) answered to something else")
    }
    static func missingSite(_ site: Int) -> Message {
        Message("拠点 \(site) の答えがありません", "site \(site) has not answered")
    }
    static func manifestSays(
        _ issuer: String, _ archive: String, _ part: Int, _ size: UInt64
    ) -> Message {
        Message(
            "\(issuer) の保管庫 \(archive) 第 \(part) 部：記録 \(size) 件まで",
            "\(issuer): part \(part) of archive \(archive) ends with record \(size)")
    }
    static func reportSays(_ issuer: String, _ size: UInt64, _ published: UInt64) -> Message {
        Message(
            "\(issuer) の復元：記録 \(size) 件（公開ずみ \(published) 件）",
            "\(issuer): \(size) records were restored, \(published) had been published")
    }
    static func relocationSays(
        _ issuer: String, _ site: String, _ number: Int, _ size: UInt64
    ) -> Message {
        Message(
            "\(issuer) の登録簿は、記録 \(size) 件のあと「\(site)」へ移る（\(number) 回目）",
            "\(issuer): the register goes on at \(site) after \(size) records (relocation \(number))"
        )
    }

    static let relocateAbstract = Message(
        "登録簿をこのフォルダーへ移します。", "Has the register go on in this folder.")
    static let relocateDiscussion = Message(
        """
        評議会があるとき：まず --relocation なしで移転の文書を作り、拠点に署名してもらい、署名した文書を --relocation で渡します。\
        復元のあとなら、署名した報告を --report で渡します。前の拠点は何も書けなくなります。
        例：tegata relocate --home osaka --profile kaga.json --report report --out relocation
            tegata relocate --home osaka --profile kaga.json --report report --relocation signed
        """,
        """
        With a council: make the document first, without --relocation; have the sites sign it; give the signed one with --relocation. After a restore \
        --report takes the signed report. The site before writes nothing any more.
        Example: tegata relocate --home osaka --profile kaga.json --report report --out relocation
                 tegata relocate --home osaka --profile kaga.json --report report --relocation signed
        """)
    static let reportHelp = Message("復元の報告。", "The report of the restore.")
    static let relocationHelp = Message("評議会が署名した移転の文書。", "The relocation that the council signed.")
    static let proposalOut = Message("移転の文書を書くファイル。", "The file that the relocation is written to.")
    static let relocateOne = Message(
        "--out か --relocation のどちらかが要ります", "one of --out and --relocation is needed")
    static let haveItSigned = Message(
        "拠点に署名してもらってください（tegata council sign、combine）",
        "Have the sites sign it (tegata council sign, combine)")
    static func movedHere(_ site: String) -> Message {
        Message("登録簿は「\(site)」にあります。", "The register is at \(site).")
    }
    static let thenRelocate = Message(
        "報告に拠点の署名をもらい、tegata relocate で続けてください",
        "Have the sites sign the report, and go on with tegata relocate")
}
