/** How `<open-eyes>` looks. The page's own rules reach its parts, and nothing else in it. */

export const LOOK = `
:host { display: block; position: relative; overflow: hidden; background: #08090a; color: #fff;
  aspect-ratio: 4 / 3; font: 400 1rem/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
#stage, #stage > *, #over, #start { position: absolute; inset: 0; }
#stage > * { width: 100%; height: 100%; display: block; object-fit: cover; }
#stage[data-fit="contain"] > video { object-fit: contain; }
#stage.mirrored #preview { transform: scaleX(-1); }
#returned { opacity: 0; }
#stage.returning #returned { opacity: 1; }
#overlay, #over { pointer-events: none; }
::slotted(*) { pointer-events: auto; }
#start { display: grid; place-items: center; padding: 14px; }
:host([data-state="failed"]) #start { align-items: end; }
:host([data-state="failed"]) #status { max-height: calc(100% - 98px); overflow: auto; }
button { font: inherit; font-weight: 600; min-height: 48px; padding: 0 22px; border: 0;
  border-radius: 14px; background: #41d69b; color: #05130d; cursor: pointer; }
button:focus-visible { outline: 3px solid #fff; outline-offset: 2px; }
#caption, #status { position: absolute; left: 12px; right: 12px; margin: 0 auto; width: fit-content;
  padding: 7px 12px; border-radius: 12px; background: rgb(18 20 23 / 0.82); overflow-wrap: anywhere; }
#caption { bottom: 12px; }
#status { top: 12px; }
`;
