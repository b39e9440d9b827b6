import{a as s,_ as a}from"./pages.js";import"./app.js";const t=s({},{tmpl:a,sel:"lightning-icon-svg-templates-action",apiVersion:66});export{t as default};
