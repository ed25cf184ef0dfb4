/// The one style sheet: served as a file, so that the content policy needs no exception. Contrasts are at least 4.5 to 1, in the
/// dark too; targets are at least 44 pixels high.
public let styleSheet = """
    :root { color-scheme: light dark; --ink: #1d1b16; --paper: #fbf9f4; --line: #857f72; --seal: #a3271b;
      --good: #1c6b3a; --bad: #a3271b; --soft: #efeae0; --link: #174f86; }
    @media (prefers-color-scheme: dark) { :root { --ink: #f2efe8; --paper: #1a1915; --line: #a09a8c; --seal: #ff8f82;
      --good: #7ed39b; --bad: #ff8f82; --soft: #2a2822; --link: #9cc7f2; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.7;
      font-family: "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", system-ui, sans-serif; }
    header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem;
      padding: .5rem 1rem; border-bottom: 1px solid var(--line); }
    header nav { margin-left: auto; }
    main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
    h1 { font-size: 1.6rem; line-height: 1.3; } h2 { font-size: 1.2rem; }
    a { color: var(--link); } header nav a, .button, button { min-height: 44px; }
    header nav a { display: inline-flex; align-items: center; padding: 0 .5rem; }
    .skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper);
      padding: .5rem; z-index: 1; }
    .test { margin: 0; padding: .3rem .7rem; border: 2px dashed var(--seal); color: var(--seal); font-weight: 700; }
    button, .button { display: inline-flex; align-items: center; font: inherit; font-weight: 700; padding: .5rem 1.2rem; border: 0;
      border-radius: .4rem; background: var(--link); color: var(--paper); text-decoration: none; cursor: pointer; }
    button.quiet, .button.quiet { background: none; color: var(--link); border: 2px solid var(--link); }
    button.danger { background: var(--bad); }
    :focus-visible { outline: 3px solid var(--seal); outline-offset: 2px; }
    input, select, textarea { font: inherit; padding: .5rem; min-height: 44px; width: 100%; max-width: 28rem; border: 1px solid var(--line);
      border-radius: .3rem; background: var(--paper); color: var(--ink); }
    input[type=checkbox], input[type=radio] { width: auto; min-height: 1.2rem; }
    label { display: block; font-weight: 700; margin-top: .8rem; } .hint { font-weight: 400; }
    form { margin: 1rem 0; } form.inline { display: inline-block; margin: .2rem .2rem .2rem 0; }
    .qr { width: min(18rem, 80vw); height: auto; display: block; }
    .card { width: min(26rem, 100%); height: auto; display: block; border-radius: 1rem; box-shadow: 0 .3rem 1rem #0004; }
    .verdict { border: 3px solid; border-radius: .6rem; padding: .2rem 1rem; }
    .verdict.good { border-color: var(--good); } .verdict.good h2 { color: var(--good); }
    .verdict.bad { border-color: var(--bad); } .verdict.bad h2 { color: var(--bad); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; } dt { font-weight: 700; } dd { margin: 0; overflow-wrap: anywhere; }
    table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem; border-bottom: 1px solid var(--line); }
    code, .code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; background: var(--soft); padding: .1rem .3rem; }
    .big { font-size: 2.4rem; font-weight: 700; letter-spacing: .2em; }
    .reason { font-size: .9rem; }
    progress { width: 100%; height: 1.2rem; }
    ul.editions { list-style: none; padding: 0; display: grid; gap: 1rem; } ul.editions li { border: 1px solid var(--line);
      border-radius: .6rem; padding: .6rem 1rem; }
    @media (max-width: 30rem) { dl { grid-template-columns: 1fr; } .big { font-size: 1.8rem; } th, td { padding: .3rem; overflow-wrap: anywhere; } }
    """
