/** CSS of an archive's index: colours and fonts of the session pages, one column on phones. */
export const INDEX_STYLE = `:root{color-scheme:light dark;--paper:light-dark(#fdfdfc,#131518);--panel:light-dark(#f5f6f6,#1a1d21);--rule:light-dark(#e4e6e8,#282c32);--edge:light-dark(#c9cdd2,#414851);--ink:light-dark(#191c20,#e3e6ea);--soft:light-dark(#454b54,#b6bcc5);--mute:light-dark(#616872,#949ba6);--accent:light-dark(#2746c7,#9db0ff);--wash:light-dark(#eef1fc,#1c2136)}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{max-width:1216px;margin:0 auto;padding:0 32px 48px;background:var(--paper);color:var(--ink);font:15px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
header{padding:22px 0 0}
h1{margin:10px 0 18px;font-size:28px;font-weight:650;line-height:1.2;letter-spacing:-.018em;text-wrap:balance}
p{margin:0;font-size:12.5px;color:var(--mute)}
label{display:block;padding:12px 0 13px;border-top:1px solid var(--ink)}
label[hidden]{display:none}
input{width:100%;max-width:68ch;padding:7px 12px;border:1px solid var(--edge);border-radius:6px;background:var(--panel);color:inherit;font:inherit}
input::placeholder{color:var(--mute)}
section{content-visibility:auto;contain-intrinsic-block-size:auto 2400px;padding-top:22px}
h2{margin:0;padding:0 0 6px;border-bottom:1px solid var(--rule);font-size:13.5px;font-weight:600;color:var(--soft)}
ul{margin:0;padding:0;list-style:none}
li{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,28%) 88px 72px;gap:0 20px;align-items:baseline;padding:5px 0;border-bottom:1px solid var(--rule)}
li[hidden],section[hidden]{display:none}
li:hover{background:var(--wash)}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
li>:not(a){font-size:12.5px;color:var(--mute)}
time,i{font-style:normal;font-variant-numeric:tabular-nums}
i{text-align:end}
@media (max-width:680px){body{padding:0 16px 40px}h1{font-size:23px}li{display:block;padding:8px 0}a{display:block}li>:not(a){display:inline}li>:not(a):not(:empty):not(:last-child)::after{content:" · "}}
@media print{label{display:none}section{content-visibility:visible}}`

/** Filters the list by title and folder. Without script, the browser's own search works. */
export const INDEX_SCRIPT = `document.addEventListener("DOMContentLoaded",()=>{
const rows=[...document.querySelectorAll("li")],texts=rows.map((row)=>(row.children[0].textContent+" "+row.children[1].textContent).toLowerCase())
const parts=[...document.querySelectorAll("section")].map((part)=>[part,[...part.querySelectorAll("li")]])
const field=document.querySelector("input"),count=document.querySelector("output")
field.parentElement.hidden=false
const look=()=>{const words=field.value.toLowerCase().split(/\\s+/).filter(Boolean)
let found=0
rows.forEach((row,i)=>{const fits=words.every((word)=>texts[i].includes(word))
if(fits)found++
if(row.hidden===fits)row.hidden=!fits})
for(const [part,own] of parts)part.hidden=own.every((row)=>row.hidden)
count.textContent=words.length?found.toLocaleString("en")+" of ":""}
field.addEventListener("input",look)
look()})`
