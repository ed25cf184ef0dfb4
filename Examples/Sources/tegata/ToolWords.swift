import Pages

/// What the tool says.
extension Message {
    static let toolAbstract = Message(
        "本人を明かさずに示せる会員証：鍵から監査まで。",
        "Membership cards that prove nothing but membership: from the first key to the audit.")
    static let toolDiscussion = Message(
        """
        終了コード：0 成功、1 拒否または不合格（理由コードは標準エラー出力、--json では標準出力にも）、2 使い方の誤り、\
        3 必要なもの（ファイル、記録、相手）が使えない。
        補完：tegata --generate-completion-script bash|zsh|fish
        例：tegata serve
        """,
        """
        Exit status: 0 done; 1 refused or not passed, with the stable reason on the error stream (and, with --json, on the output); \
        2 wrong usage; 3 something needed is not there: a file, a register, somebody on the network.
        Completion: tegata --generate-completion-script bash|zsh|fish
        Example: tegata serve
        """)
    static let jsonHelp = Message("結果を JSON で出力します。", "Print the result as JSON.")
    static let refused = Message("拒否", "refused")
    static let noFile = Message("読めません", "cannot be read")
    static let notWritten = Message("書けません", "cannot be written")
    static let noKey = Message(
        "鍵がありません。tegata keygen で作ります", "there is no such key; make one with tegata keygen")
    static let thereAlready = Message("すでにあります", "is there already")
    static let pairNeeded = Message("name=value の形で指定します", "give it as name=value")
    static let editionOrClaim = Message("版または項目の誤り：", "the edition or a claim cannot be: ")
    static let issuer = Message("発行者", "issuer")
    static let profile = Message("プロファイル", "profile")

    static let keygenAbstract = Message("鍵を作ります。", "Makes keys.")
    static let keygenDiscussion = Message(
        """
        鍵は 32 バイトのファイルで、本人だけが読めます。コマンドラインに秘密を書くことはありません。
        例：tegata keygen holder.key
        例：tegata keygen --kind issuer --at https://kaga.example kaga
        """,
        """
        A key is a file of 32 bytes that only its owner may read; no secret is ever on the command line.
        Example: tegata keygen holder.key
        Example: tegata keygen --kind issuer --at https://kaga.example kaga
        """)
    static let keygenPath = Message(
        "鍵のファイル。issuer ではフォルダー。", "The key's file; for an issuer, its folder.")
    static let keygenKind = Message(
        "secp256k1（持ち主、署名者）、p256、ed25519（記録）、issuer（発行者のすべての鍵）。",
        "secp256k1 (holders, signers), p256, ed25519 (logs), or issuer (all of an issuer's keys).")
    static let issuerAddress = Message(
        "発行者の識別子、https の URL。", "The issuer's identifier, an https URL.")
    static let atWithIssuer = Message(
        "--at は --kind issuer のときだけ、必ず指定します。", "--at belongs to --kind issuer, and issuer needs it")
    static let publicKey = Message("公開鍵", "public key")

    static let editionAbstract = Message(
        "版を開き、会員証の状態を変えます。", "Opens editions, and changes the status of cards.")
    static let openAbstract = Message("版を開きます。", "Opens an edition.")
    static let openDiscussion = Message(
        """
        開いた版の上限は公開の記録に残ります。もう一度同じ内容で開くと同じ版です。本人確認は試験用カードだけに対応します。
        例：tegata edition open founders --home kaga --limit 500 --title ja=創設会員 --benefit library
        """,
        """
        From then on its limit binds: it is in the public log. Opening the same plan again is the same edition. Only test ID cards \
        are accepted here.
        Example: tegata edition open founders --home kaga --limit 500 --title en=Founders --benefit library
        """)
    static let editionID = Message("版の名前、a-z 0-9 - _ .", "The edition's id, a-z 0-9 - _ .")
    static let issuerHome = Message("発行者のフォルダー。", "The issuer's folder.")
    static let limitHelp = Message("枚数、または unlimited。", "How many cards, or unlimited.")
    static let titleHelp = Message("言語ごとの題名。", "A title, by language; once for each.")
    static let benefitHelp = Message("特典の名前。くり返せます。", "What a card is good for; once for each.")
    static let commitHelp = Message(
        "会員証の中に封じる項目。値を見せずに「t 以上」や「いずれか」を示せます。数は name:bits（bits は 1〜32）。くり返せます。",
        "A claim inside every card's commitment, of which a holder can show \"at least t\" or \"one of\" without the value; name:bits (1…32) for a number. Once for each."
    )
    static let predicateOnlyHelp = Message(
        "--commit と同じで、ウォレットは値そのものを見せません。",
        "As --commit, and wallets do not show the value itself.")
    static let numberNeeded = Message(
        "この版では整数です。", "in this edition it is a whole number")
    static let visitorsHelp = Message("本人確認をしません。", "Ask nobody for an ID card.")
    static let opened = Message("開きました", "open")
    static let nobodyAsked = Message("本人確認なし", "nobody is asked for an ID card")
    static let noEdition = Message("この版は開かれていません", "no such edition is open here")
    static let statusAbstract = Message("会員証を停止、再開、失効させます。", "Suspends, resumes or ends a card.")
    static let statusDiscussion = Message(
        "例：tegata edition status founders 7 revoked --home kaga",
        "Example: tegata edition status founders 7 revoked --home kaga")
    static let serialHelp = Message("会員証の番号。", "The card's number.")

    static let issueAbstract = Message("会員証を発行します。", "Issues a card.")
    static let issueDiscussion = Message(
        """
        持ち主の鍵で申請し、その場で発行して確かめます。ウォレットでの受け取りには issuer を使います。
        例：tegata issue founders --home kaga --key holder.key --test-person --claim tier=gold --out card.json
        """,
        """
        Asks with the holder's key, issues, and checks the card, all here. For wallets there is the issuer program.
        Example: tegata issue founders --home kaga --key holder.key --test-person --claim tier=gold --out card.json
        """)
    static let holderKey = Message("持ち主の鍵のファイル。", "The file with the holder's key.")
    static let claimHelp = Message("いつも見える項目。", "A claim that everyone sees; once for each.")
    static let selectiveHelp = Message(
        "持ち主が選んで見せる項目。", "A claim that its holder shows or keeps; once for each.")
    static let testPersonHelp = Message(
        "新しい試験用の人と試験用カードで申請します。", "Ask as a new made-up person with a test ID card.")
    static let personNeeded = Message(
        "この版は本人確認を求めます。ここでは --test-person だけが使えます",
        "the edition asks for an ID card, and here there are only test ones: --test-person")
    static let cardOut = Message("会員証を書き出すファイル。", "The file for the card.")
    static let cardIn = Message("会員証", "card")
    static let testCard = Message("試験用の本人確認です。", "TEST ID CARDS")

    static let presentAbstract = Message("求めに会員証で答えます。", "Answers a question with a card.")
    static let presentDiscussion = Message(
        """
        例：tegata present challenge.json --card card.json --key holder.key --profile kaga/log/profile.json \
        --reveal tier --out answer.txt
        """,
        """
        Example: tegata present challenge.json --card card.json --key holder.key --profile kaga/log/profile.json \
        --reveal tier --out answer.txt
        """)
    static let challengeHelp = Message(
        "求めのファイル、または -。", "The file with the question, or - for the standard input.")
    static let cardFile = Message("会員証のファイル。", "The file with the card.")
    static let profileHelp = Message("発行者のプロファイル。", "The issuer's profile.")
    static let revealHelp = Message("見せる項目。くり返せます。", "A claim to show; once for each.")
    static let answerOut = Message(
        "答えを書き出すファイル。", "The file for the answer; the output without it.")
    static let answerIn = Message("答え：", "the answer is in")

    static let verifyAbstract = Message("会員証を、ネットワークなしで確かめます。", "Checks cards, without a network.")
    static let verifyDiscussion = Message(
        "信頼の一覧（bundle）と、手元にある状態の一覧だけを使います。",
        "All it uses is a trust bundle and kept status lists (tegata bundle refresh).")
    static let askAbstract = Message("新しい求めを作ります。", "Makes a fresh question.")
    static let askDiscussion = Message(
        """
        例：tegata verify ask --claim tier --state door --pin pin.json --bundle trust --statuses lists --out challenge.json
        """,
        """
        Example: tegata verify ask --claim tier --state door --pin pin.json --bundle trust --statuses lists --out challenge.json
        """)
    static let checkAbstract = Message("答えを確かめます。", "Checks an answer.")
    static let checkDiscussion = Message(
        """
        求めは正しい答えで一度だけ使われます。
        例：tegata verify check answer.txt --state door --pin pin.json --bundle trust --statuses lists
        """,
        """
        The question is used up by a right answer, once.
        Example: tegata verify check answer.txt --state door --pin pin.json --bundle trust --statuses lists
        """)
    static let askedClaim = Message("求める項目。くり返せます。", "A claim to ask for; once for each.")
    static let challengeOut = Message(
        "求めを書き出すファイル。", "The file for the question; the output without it.")
    static let challengeIn = Message("求め", "question")
    static let answerHelp = Message(
        "答えのファイル、または -。", "The file with the answer, or - for the standard input.")
    static let doorID = Message("確認する側の識別子。", "Who asks.")
    static let stateHelp = Message("未回答の求めのフォルダー。", "The folder for open questions.")
    static let pinHelp = Message("信頼する署名者（更新されます）。", "Whose bundles are believed; kept up to date.")
    static let bundleHelp = Message("信頼の一覧。", "The trust bundle.")
    static let statusesHelp = Message("状態の一覧のフォルダー。", "The folder with kept status lists.")
    static let statusAge = Message("状態の一覧の古さの上限（秒）。", "How old a status list may be, in seconds.")
    static let logProofHelp = Message(
        "公開の記録にあることも求めます。", "Ask for the proof that the card is in the public log, too.")
    static let genuine = Message("本物・有効・持ち主本人", "genuine, current, and held")

    static let bundleAbstract = Message(
        "信頼の一覧を作り、示し、新しく保ちます。", "Trust bundles: made, shown, kept fresh.")
    static let makeAbstract = Message("信頼の一覧に署名します。", "Signs the next trust bundle.")
    static let makeDiscussion = Message(
        """
        最初の一覧と同時に作られる pin.json を、確認する側へ手渡しします。計画の書き方は TrustPlan.swift にあります。
        例：tegata bundle make plan.json --at https://trust.example --key trust.key --log-key trust-log.key --out trust
        """,
        """
        With the first one comes pin.json, which verifiers are given by hand. TrustPlan.swift says what a plan holds.
        Example: tegata bundle make plan.json --at https://trust.example --key trust.key --log-key trust-log.key --out trust
        """)
    static let trustPlan = Message("だれを信頼するか、JSON のファイル。", "Whom to believe, a JSON file.")
    static let signerID = Message("署名者の識別子、https の URL。", "The signer's identifier, an https URL.")
    static let signerKey = Message("署名の鍵のファイル。", "The file with the signing key.")
    static let signerLogKey = Message("記録の鍵のファイル。", "The file with the log's key.")
    static let nextKey = Message(
        "次の一覧に署名してよい公開鍵（JWK）。くり返せます。",
        "A public key that may sign the next bundles, a JWK; once for each.")
    static let witnessHelp = Message(
        "証人。name+id+key=URL の形。くり返せます。", "A witness, as name+id+key=URL; once for each.")
    static let quorumHelp = Message(
        "署名が必要な証人の数。なければ全員。", "How many witnesses must sign; all of them without it.")
    static let days = Message("有効な日数。", "For how many days it holds.")
    static let bundleOut = Message("公開するフォルダー。", "The folder to publish.")
    static let bundleIn = Message("信頼の一覧", "bundle")
    static let pinIn = Message("最初に手渡すもの", "pin, to be given by hand")
    static let noPlan = Message("計画として読めません", "is no plan")
    static let keyIs32 = Message("鍵は 64 桁の十六進数です", "a key is 64 hexadecimal digits")
    static let showAbstract = Message(
        "信頼の一覧を確かめて示します。", "Checks a trust bundle, and says what it says.")
    static let showDiscussion = Message(
        "例：tegata bundle show --pin pin.json --bundle trust/trust",
        "Example: tegata bundle show --pin pin.json --bundle trust/trust")
    static let version = Message("第", "version")
    static let until = Message("期限", "until")
    static let editions = Message("版", "editions")
    static let withdrawn = Message("取り消された鍵", "withdrawn key")
    static let credentialIssuer = Message("ほかの証明書の発行者", "issuer of other credentials")
    static let attestor = Message("認証者", "attestor")
    static let refreshAbstract = Message(
        "状態の一覧を取り寄せて手元に置きます。", "Fetches status lists, and keeps them.")
    static let refreshDiscussion = Message(
        """
        署名の正しい、手元のものより古くない一覧だけを置きます。
        例：tegata bundle refresh --pin pin.json --bundle trust/trust --statuses lists
        """,
        """
        Only genuine lists that are no older than the kept ones are kept.
        Example: tegata bundle refresh --pin pin.json --bundle trust/trust --statuses lists
        """)
    static let localIssuers = Message(
        "このコンピューターにある発行者のフォルダー。くり返せます。", "An issuer's folder on this machine; once for each.")
    static let allFresh = Message("すべて新しくなりました。", "All lists are fresh.")
}
