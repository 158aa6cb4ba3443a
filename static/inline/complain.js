(function(){'use strict';
var w=window,P=w.P,$=P.$,show=P.show,T=$('T').dataset,F=$('f'),ready=$('st').textContent,want,sent;
P.card={};
P.got=function(heard){if(heard&&want)send()};
function idle(t){$('send').disabled=!!t;$('st').textContent=t||ready;show($('pg'),0)}
function wrong(e,why){var b=e||{},m={},k;for(k in b.errors)m[k]=b.errors[k][0];
 idle();if(P.mark(m,{about:'c-about-1',photos:'b1'}))P.say(b.message||why);else $('sum').focus()}
function send(){
 if(P.live()){want=1;return P.stop()}
 if(sent)return;
 want=0;sent=1;idle(T.busy);P.say('');
 var v={},voice=P.said();
 [].forEach.call(F.elements,function(e){if(e.name&&e.type!='file'&&(e.type!='radio'||e.checked))v[e.name]=e.value});
 if(voice)v.voice={b:voice,n:voice.name||'voice'};
 v.photos=P.pics.map(function(p,n){return{b:p,n:p.name||n+1+'.jpg'}});
 P.post(F.getAttribute('action'),v,function(x){show($('pg'),1);$('pg').value=x*100}).then(function(b){location.href=b.url},function(e){sent=0;e.end?wrong(e.end,T.refused):wrong(0,e.why||T.nosignal)})}
F.onsubmit=function(e){e.preventDefault();send()};
w.onpageshow=function(e){if(e.persisted&&sent)location.reload()};
})();
